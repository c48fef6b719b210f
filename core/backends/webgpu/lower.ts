import { ConvolabError } from '../../contract/errors.ts';
import type { OperandRef, Plan } from '../../graph/plan.ts';
import type { Shape } from '../../kernels/kernel.ts';
import { elements, formatShape } from '../../kernels/shape.ts';
import { type FusedCall, fuseSlopes } from './fuse.ts';
import type { Tile } from './kernels/gemm.ts';
import { families } from './kernels/index.ts';
import { faultRadix, type PartialSums, type Shader, type Tensor } from './shader.ts';

/** A call of the plan as shaders. */
export interface Operation {
  readonly kernel: string;
  readonly layer: string;
  /** Kernel, layer and shapes, for errors. */
  readonly label: string;
  readonly shaders: readonly Shader[];
}

/** A plan as the GPU runs it; operations are numbered from `forward` through `loss` to `backward`. */
export interface LoweredPlan {
  readonly forward: readonly Operation[];
  readonly loss: Operation;
  readonly backward: readonly Operation[];
  readonly sums: readonly PartialSums[];
}

export interface LowerOptions {
  readonly pitch: number;
  readonly tiles: readonly Tile[];
  /** Targets [N, K] in the place of labels. */
  readonly dense?: boolean;
}

/** @throws `backend.unsupported` naming kernel and layer */
export function lowerPlan(plan: Plan, options: LowerOptions): LoweredPlan {
  const sums: PartialSums[] = [];
  const operations = fuseSlopes(plan).map((fused) => lowerCall(plan, fused, options, sums));
  if (operations.length >= faultRadix) {
    throw new ConvolabError('backend.unsupported', `${plan.name} has too many calls for the GPU backend.`, {
      subject: plan.name,
    });
  }
  const loss = plan.forward.length;
  return {
    forward: operations.slice(0, loss),
    loss: operations[loss] as Operation,
    backward: operations.slice(loss + 1),
    sums,
  };
}

function lowerCall(plan: Plan, fused: FusedCall, options: LowerOptions, sums: PartialSums[]): Operation {
  const { call, slope } = fused;
  const { kernel, layer, attributes } = call;
  const family = families.get(kernel);
  if (!family) {
    const message = `The GPU backend has no kernel ${kernel}, which layer ${layer} needs.`;
    throw new ConvolabError('backend.unsupported', message, { subject: layer, hint: 'Train on the CPU.' });
  }
  const tensor = (operand: OperandRef | null) => operand && tensorOf(plan, operand, options);
  const inputs = call.inputs.map(tensor);
  const y = slope && tensorOf(plan, slope.y, options);
  const lowered = family({
    attributes,
    inputs,
    outputs: call.outputs.map(tensor),
    pitch: options.pitch,
    tiles: options.tiles,
    keepsScore: call === plan.loss,
    ...(slope && y && { slope: { activation: slope.activation, y } }),
  });
  sums.push(...(lowered.sums ?? []));
  const shapes = inputs.map((input) => (input ? formatShape(input.shape) : 'none'));
  const label = `${kernel} of ${layer} on ${shapes.join(', ')}`;
  return { kernel, layer, label, shaders: lowered.shaders };
}

function tensorOf(plan: Plan, operand: OperandRef, { dense }: LowerOptions): Tensor {
  if ('value' in operand) return { place: operand, shape: shapeOf(plan, operand.value) };
  if ('parameter' in operand)
    return { place: operand, shape: plan.parameters[operand.parameter]?.shape ?? [] };
  if ('gradient' in operand) return { place: operand, shape: plan.parameters[operand.gradient]?.shape ?? [] };
  if ('target' in operand) return { place: operand, shape: dense ? shapeOf(plan, plan.outputValue) : [] };
  return { place: operand, shape: [] };
}

export const shapeOf = (plan: Plan, value: number): Shape => plan.values[value]?.shape ?? [];

/** Outputs of the last layer. */
export const classesOf = (plan: Plan): number => elements(shapeOf(plan, plan.outputValue));

/** Every call's operations in the order of a step. */
export const wholeStep = ({ forward, loss, backward }: LoweredPlan): Operation[] => [
  ...forward,
  loss,
  ...backward,
];

/** Layer of a call, by its number in the order of a step. */
export const layerOf = (plan: LoweredPlan, operation: number): string =>
  wholeStep(plan)[operation]?.layer ?? '';
