import type { Kernel, KernelCase, Shape } from '../kernel.ts';
import { required } from '../shape.ts';

/** What of a step changes from one to the next, or from parameter to parameter. */
export interface UpdateMoment {
  readonly rate: number;
  /** Steps made since the start of the run, this one included: 1 at the first. */
  readonly step: number;
  /** Weight decay acts on weights, not on biases. */
  readonly decays: boolean;
}

/**
 * An optimizer: the kernel that changes one parameter, and what it keeps of each between steps. A plan does not list
 * this call, `Program.train` makes it for every parameter that descends, after a finite step.
 */
export interface OptimizerRule<C> {
  /**
   * Inputs: weight, gradient, and the states in order. Outputs: weight and states, in the same place. A state is 0 at
   * the start, and travels in checkpoints as `<parameter>.<state>`.
   */
  readonly kernel: Kernel;
  readonly states: readonly string[];
  attributes(call: C, moment: UpdateMoment): Readonly<Record<string, unknown>>;
}

type Arrays = readonly Float64Array[];

/** Builds the kernel of an optimizer from what it does with one element. */
export function updateKernel<A>(options: {
  readonly name: string;
  readonly states: readonly string[];
  readonly attributes: Kernel<A>['attributes'];
  /** Reads the element `i` of the arrays (weight, gradient, states) and writes that of the next (weight, states). */
  step(from: Arrays, to: Arrays, i: number, attributes: A): void;
  readonly cases: readonly { readonly name: string; readonly attributes: A }[];
  /** States that cannot be below 0. */
  readonly positive?: readonly string[];
}): Kernel<A> {
  const { name, states, attributes, step, cases, positive = [] } = options;
  const operand = (state: string) => ({ name: state, role: 'parameter' }) as const;
  const draw = Object.fromEntries(positive.map((state) => [state, 'positive'] as const));
  return {
    name,
    inputs: [operand('weight'), { name: 'gradient', role: 'gradient' }, ...states.map(operand)],
    outputs: [operand('weight'), ...states.map(operand)],
    attributes,
    shapes: ([weight]) => ['weight', ...states].map(() => required(weight, 'weight')),
    reference(inputs, outputs, given) {
      const from = inputs.map((input) => required(input, 'input').data);
      const to = outputs.map((output) => required(output, 'output').data);
      for (let i = 0; i < (to[0]?.length ?? 0); i++) step(from, to, i, given);
    },
    cases: cases.flatMap((of) =>
      shapes.map(
        (shape): KernelCase<A> => ({
          name: `${of.name}, ${shape.join('x')}`,
          batch: 1,
          attributes: of.attributes,
          inputs: [shape, shape, ...states.map(() => shape)],
          draw,
        }),
      ),
    ),
  };
}

const shapes: readonly Shape[] = [[1], [17], [6, 1, 5, 5], [10, 84]];
