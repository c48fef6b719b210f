import type { InitializerCall, Plan, PlanParameter } from '../graph/plan.ts';
import { elements } from '../kernels/shape.ts';
import { type InitializerName, initializers } from './initializers.ts';
import { RandomSequence } from './random.ts';

/**
 * Initial parameters by name, in the frameworks' layout: a pure function of the plan and the seed. Each parameter draws
 * from its own stream, so that changing one layer leaves what the others start from. Absent connections are 0.
 */
export function initialParameters(plan: Plan, seed: number): Map<string, Float32Array> {
  return new Map(plan.parameters.map((parameter, index) => [parameter.name, draw(parameter, seed, index)]));
}

function draw(parameter: PlanParameter, seed: number, index: number): Float32Array {
  if (parameter.values) return parameter.values.slice();
  const initializer = initializerOf(parameter.initializer);
  const bound = initializer.bound(parameter.initializer);
  const middle = initializer.middle ?? 0;
  const random = new RandomSequence(seed, 'initial', index);
  const { mask } = parameter;
  // A draw is made for an absent connection too: the table then does not shift the numbers of the others.
  return Float32Array.from({ length: elements(parameter.shape) }, (_, i) => {
    const value = middle + (2 * random.uniform() - 1) * bound;
    return mask?.[i] === 0 ? 0 : value;
  });
}

function initializerOf(call: InitializerCall): (typeof initializers)[InitializerName] {
  const found = initializers[call.type as InitializerName];
  if (found === undefined) throw new RangeError(`unknown initializer ${call.type}`);
  return found;
}
