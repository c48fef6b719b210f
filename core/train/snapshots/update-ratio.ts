import type { HostTensor, ProgramState } from '../../backends/backend.ts';
import type { Plan } from '../../graph/plan.ts';
import type { Shape } from '../../kernels/kernel.ts';
import {
  type Clip,
  clipFactor,
  type OptimizerCall,
  statesOf,
  updateOf,
} from '../../kernels/optimizers/index.ts';

/** A step that the optimizer might make. */
export interface ImaginedStep {
  readonly optimizer: OptimizerCall;
  readonly clip: Clip | undefined;
  readonly rate: number;
  /** Counted from 1. */
  readonly step: number;
}

/**
 * Size of the change that one step with these gradients would make, relative to the parameter itself, by parameter; null
 * where the parameter is all 0. Worked out by the optimizer's own rule in float64; nothing is changed.
 */
export function updateRatios(
  { parameters }: Pick<Plan, 'parameters'>,
  state: ProgramState,
  gradients: ReadonlyMap<string, HostTensor>,
  imagined: ImaginedStep,
): Map<string, number | null> {
  const clipped = clipper(gradients, imagined.clip);
  const ratios = new Map<string, number | null>();
  for (const { name, shape, update } of parameters) {
    const weights = state.parameters.get(name);
    const gradient = gradients.get(name);
    if (update.type !== 'descent' || !weights || !gradient) continue;
    const { kernel, attributes } = updateOf(imagined.optimizer, {
      rate: imagined.rate,
      step: imagined.step,
      decays: update.decays,
    });
    const kept = statesOf(imagined.optimizer).map((of) => state.optimizer.get(`${name}.${of}`));
    const slope = gradient.data.map(clipped);
    const inputs = [weights, slope, ...kept].map((data) => tensor(shape, data));
    const outputs = [weights, ...kept].map((data) => tensor(shape, data));
    kernel.reference(inputs, outputs, attributes, 1, null);
    ratios.set(name, relativeChange(weights, outputs[0]?.data ?? new Float64Array()));
  }
  return ratios;
}

function tensor(shape: Shape, data: Float32Array | Float64Array | undefined) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: data ? Float64Array.from(data) : new Float64Array(size) };
}

/** What training does to every number of the gradients first. */
function clipper(
  gradients: ReadonlyMap<string, HostTensor>,
  clip: Clip | undefined,
): (value: number) => number {
  if (clip === undefined) return (value) => value;
  const { type, bound } = clip;
  if (type === 'value') return (value) => Math.max(-bound, Math.min(bound, value));
  let squares = 0;
  for (const { data } of gradients.values()) for (const value of data) squares += value * value;
  const factor = clipFactor(Math.sqrt(squares), bound);
  return (value) => value * factor;
}

function relativeChange(before: Float32Array, after: Float64Array): number | null {
  let changed = 0;
  let whole = 0;
  for (let i = 0; i < before.length; i++) {
    const value = before[i] as number;
    changed += ((after[i] as number) - value) ** 2;
    whole += value * value;
  }
  const ratio = Math.sqrt(changed / whole);
  return Number.isFinite(ratio) ? ratio : null;
}
