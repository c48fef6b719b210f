import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Backend, HostTensor, ProbeBatch, ProgramState } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { connectionTable } from '../../core/layers/connections.ts';
import { resolveModel } from '../../core/models/index.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { drawTensor } from './draw.ts';
import { drawState, probe, tensorsOf, worstError } from './plans.ts';
import { pytorchMissing, runPython } from './pytorch.ts';

const script = fileURLToPath(new URL('../golden/lenet5.py', import.meta.url));
const count = 5;

interface Choice {
  readonly activation: 'sigmoid' | 'tanh' | 'relu';
  readonly loss: 'softmax-cross-entropy' | 'mse';
}

interface Prepared extends Choice {
  readonly plan: Plan;
  readonly state: ProgramState;
  readonly batch: ProbeBatch;
}

const choices: readonly Choice[] = (['sigmoid', 'tanh', 'relu'] as const).flatMap((activation) =>
  (['softmax-cross-entropy', 'mse'] as const).map((loss) => ({ activation, loss })),
);

/**
 * Registers the comparison of LeNet-5 with PyTorch's autograd in float64: every layer's output and every parameter's
 * gradient, relative to the tensor's largest element. Skipped, with the reason, where there is no PyTorch.
 */
export function describeGolden(backend: Backend, tolerance: number): void {
  const missing = pytorchMissing();
  const title = `LeNet-5 on ${backend.device.name} against PyTorch`;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${missing})` : title, () => {
    for (const choice of choices) {
      it(`${choice.activation}, ${choice.loss}`, async () => {
        const prepared = await prepare(choice);
        const expected = judge(prepared);
        const actual = await probe(backend, prepared.plan, prepared.state, prepared.batch);
        const { name, error } = worstError(tensorsOf(actual), expected);
        expect(error, name).toBeLessThanOrEqual(tolerance);
      });
    }
  });
}

/** Draws a case that sits on no kink: rounding to float32 must not make the reference jump. */
async function prepare(choice: Choice): Promise<Prepared> {
  const model = await resolveModel({ preset: 'lenet-5', options: { ...choice } });
  const plan = compilePlan(buildGraph(model), { retain: true });
  for (let seed = 1; seed <= 20; seed++) {
    const state = drawState(plan, seed);
    const batch = drawLabelled(plan, seed);
    const exact = await probe(createReferenceBackend(), plan, state, batch);
    const rounded = await probe(createReferenceBackend({ precision: 'float32' }), plan, state, batch);
    if (worstError(tensorsOf(rounded), tensorsOf(exact)).error < 5e-5)
      return { ...choice, plan, state, batch };
  }
  throw new Error('every draw sits on a kink');
}

function drawLabelled(plan: Plan, seed: number): ProbeBatch {
  const { data } = drawTensor([count, ...plan.input], new RandomSequence(seed, 'probe', 1));
  const random = new RandomSequence(seed, 'probe', 2);
  return { x: Float32Array.from(data), count, y: Int32Array.from({ length: count }, () => random.below(10)) };
}

/** The same tensors from PyTorch, in the shapes of the plan. */
function judge({ activation, loss, plan, state, batch }: Prepared): Map<string, HostTensor> {
  const parameters = Object.fromEntries(
    plan.parameters.map(({ name, shape }) => [
      name,
      { shape, data: [...(state.parameters.get(name) ?? [])] },
    ]),
  );
  const request = {
    activation,
    loss,
    table: connectionTable('lenet-5-c3'),
    count,
    x: [...batch.x],
    labels: [...batch.y],
    parameters,
  };
  const [answer] = runPython(script, { cases: [request] }) as [
    { loss: number; tensors: Record<string, number[]> },
  ];
  const shapes = new Map<string, readonly number[]>([
    ...plan.layers.map(
      ({ id, output }) => [`${id}.out`, [count, ...(plan.values[output]?.shape ?? [])]] as const,
    ),
    ...plan.parameters.map(({ name, shape }) => [`${name}.grad`, shape] as const),
  ]);
  const tensors = [...shapes].map(([name, shape]): [string, HostTensor] => {
    const data = answer.tensors[name];
    if (!data) throw new Error(`PyTorch gave no ${name}`);
    return [name, { shape, data: Float64Array.from(data) }];
  });
  return new Map([['loss', { shape: [1], data: Float64Array.of(answer.loss) }], ...tensors]);
}
