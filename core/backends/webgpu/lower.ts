import { ConvolabError } from '../../contract/errors.ts';
import type { KernelCall, OperandRef, Plan } from '../../graph/plan.ts';
import type { Shape } from '../../kernels/kernel.ts';
import { formatShape, mapShape, required } from '../../kernels/shape.ts';
import { activationOf, type FusedCall, fuse } from './fuse.ts';
import type { Extents } from './kernels/gemm.ts';
import { families } from './kernels/index.ts';
import type { OperationSums } from './kernels/sums.ts';
import type { Tile } from './kernels/tiles.ts';
import {
  type FusedPool,
  faultRadix,
  type Onward,
  type PartialSums,
  type Shader,
  type Site,
  type Tensor,
} from './shader.ts';
import type { Product, TileBook } from './tile-book.ts';

/** A call of the plan as shaders. */
export interface Operation {
  readonly kernel: string;
  readonly layer: string;
  /** Kernel, layer and shapes, for errors. */
  readonly label: string;
  readonly shaders: readonly Shader[];
  /** Where it is a matrix product. */
  readonly product: PlanProduct | null;
}

export interface PlanProduct extends Product {
  shadersWith(tile: Tile): readonly Shader[];
}

/** A plan as the GPU runs it; operations are numbered from `forward` through `loss` to `backward`. */
export interface LoweredPlan {
  readonly forward: readonly Operation[];
  readonly loss: Operation;
  readonly backward: readonly Operation[];
  readonly sums: readonly OperationSums[];
}

export interface LowerOptions {
  readonly pitch: number;
  readonly tiles: TileBook;
  readonly subgroups: boolean;
  /** Targets [N, K] in the place of labels. */
  readonly dense?: boolean;
}

/** @throws `backend.unsupported` naming kernel and layer */
export function lowerPlan(plan: Plan, options: LowerOptions): LoweredPlan {
  const sums: OperationSums[] = [];
  const calls = fuse(plan, options.tiles);
  const operations = calls.map((fused, i) => {
    const { operation, partialSums } = lowerCall(plan, fused, options);
    sums.push(...partialSums.map((sum) => ({ ...sum, operation: i })));
    return operation;
  });
  if (operations.length >= faultRadix) {
    throw new ConvolabError('backend.unsupported', `${plan.name} has too many calls for the GPU backend.`, {
      subject: plan.name,
    });
  }
  const loss = calls.findIndex(({ call }) => call === plan.loss);
  return {
    forward: operations.slice(0, loss),
    loss: operations[loss] as Operation,
    backward: operations.slice(loss + 1),
    sums,
  };
}

function lowerCall(
  plan: Plan,
  fused: FusedCall,
  options: LowerOptions,
): { operation: Operation; partialSums: readonly PartialSums[] } {
  const { call, onward, pool } = fused;
  const { kernel, layer, attributes } = call;
  const family = families.get(kernel);
  if (!family) {
    const message = `The GPU backend has no kernel ${kernel}, which layer ${layer} needs.`;
    throw new ConvolabError('backend.unsupported', message, { subject: layer, hint: 'Train on the CPU.' });
  }
  const tensor = (operand: OperandRef | null) => operand && tensorOf(plan, operand, options);
  const inputs = call.inputs.map(tensor);
  const site = {
    attributes,
    inputs,
    outputs: call.outputs.map(tensor),
    pitch: options.pitch,
    subgroups: options.subgroups,
    keepsScore: call === plan.loss,
    ...(onward.length > 0 && { onward: lowerOnward(plan, onward, options) }),
    ...(pool && { pool: fusedPool(plan, pool, options) }),
  };
  let extents: Extents | null = null;
  const lowered = family({
    ...site,
    chooseTile(asked) {
      extents = asked;
      return options.tiles.choose({ kernel, extents: asked });
    },
  });
  const shapes = inputs.map((input) => (input ? formatShape(input.shape) : 'none'));
  const label = `${kernel} of ${layer} on ${shapes.join(', ')}`;
  const shadersWith = (tile: Tile) => family({ ...site, chooseTile: () => tile }).shaders;
  const product = extents && { kernel, extents, shadersWith };
  return {
    operation: { kernel, layer, label, shaders: lowered.shaders, product },
    partialSums: lowered.sums ?? [],
  };
}

function lowerOnward(plan: Plan, calls: readonly KernelCall[], options: LowerOptions): Site['onward'] {
  const operand = (ref: OperandRef | null | undefined) => tensorOf(plan, required(ref, 'operand'), options);
  const steps = calls.map((call): Onward => {
    const [first] = call.inputs;
    if (call.kernel === 'activation.backward') {
      return { type: 'slope', activation: activationOf(call), y: operand(first) };
    }
    const { shape } = operand(call.inputs.at(-1));
    const x = call.kernel === 'max-pool.backward' ? operand(first) : null;
    return { type: 'unpool', x, width: mapShape(shape)[2] };
  });
  return { steps, target: operand(calls.at(-1)?.outputs[0]) };
}

function fusedPool(plan: Plan, { kernel, outputs }: KernelCall, options: LowerOptions): FusedPool {
  const y = required(outputs[0], 'y');
  return { mode: kernel === 'max-pool.forward' ? 'max' : 'mean', y: tensorOf(plan, y, options) };
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

/** Every call's operations in the order of a step. */
export const wholeStep = ({ forward, loss, backward }: LoweredPlan): Operation[] => [
  ...forward,
  loss,
  ...backward,
];

/** Layer of a call, by its number in the order of a step. */
export const layerOf = (plan: LoweredPlan, operation: number): string =>
  wholeStep(plan)[operation]?.layer ?? '';
