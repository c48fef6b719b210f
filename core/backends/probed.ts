import { inputId } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { HostTensor, ProbeWanted } from './backend.ts';
import { classesOf, invalid } from './requests.ts';

/** A value of the plan that a probe hands out, and what it is called there. */
export interface ProbedValue {
  readonly name: string;
  readonly value: number;
}

/** `<layer>.out` of the layers asked for. */
export function probedOutputs(plan: Plan, { outputs }: ProbeWanted): ProbedValue[] {
  const chosen = outputs && new Set(outputs);
  return plan.layers
    .filter(({ id }) => chosen?.has(id) ?? true)
    .map(({ id, output }) => ({ name: `${id}.out`, value: output }));
}

/** `<layer>.out.grad`, `<layer>.delta` before its activation, and `input.grad`, where they are asked for and computed. */
export function probedGradients(plan: Plan, { outputGradients }: ProbeWanted): ProbedValue[] {
  if (!outputGradients) return [];
  const all = [
    { name: `${inputId}.grad`, value: plan.inputGradient },
    ...plan.layers.map(({ id, gradient }) => ({ name: `${id}.out.grad`, value: gradient })),
    ...plan.layers.map(({ id }) => {
      const name = `${id}.delta`;
      return { name, value: plan.values.find((value) => value.name === name)?.id ?? null };
    }),
  ];
  return all.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
}

/**
 * The gradient that a seeded backward pass starts from.
 * @throws `argument.invalid` where there is none, or it does not fit
 */
export function seedOf(plan: Plan, seed: Float32Array | undefined, count: number): Float32Array {
  const wanted = count * classesOf(plan);
  if (seed?.length === wanted) return seed;
  throw invalid(
    `A seeded probe of ${plan.name} needs a gradient of ${wanted} numbers, not ${seed?.length ?? 0}.`,
    plan.name,
  );
}

/** Gradients by the names of what is trained; of nothing where the plan has no backward pass. @param gradient of a parameter, by its place */
export function parameterGradients(
  plan: Plan,
  gradient: (parameter: number) => HostTensor,
): Map<string, HostTensor> {
  if (plan.backward.length === 0) return new Map();
  return new Map(
    plan.parameters.flatMap(({ name, update }, i): [string, HostTensor][] =>
      update.type === 'descent' ? [[name, gradient(i)]] : [],
    ),
  );
}
