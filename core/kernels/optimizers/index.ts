import type { Kernel } from '../kernel.ts';
import { type AdamCall, adam } from './adam.ts';
import { type RmspropCall, rmsprop } from './rmsprop.ts';
import type { OptimizerRule, UpdateMoment } from './rule.ts';
import { type SgdCall, sgd } from './sgd.ts';

/** How a program changes its parameters, without the rate, which comes with each step. */
export type OptimizerCall = SgdCall | AdamCall | RmspropCall;

/** Every optimizer: one line each. */
const rules: { readonly [T in OptimizerCall['type']]: OptimizerRule<Extract<OptimizerCall, { type: T }>> } = {
  sgd,
  adam,
  rmsprop,
};

export const optimizerKernels: readonly Kernel[] = Object.values(rules).map(({ kernel }) => kernel);

/** Names of what the optimizer keeps of each parameter, in the order of the kernel's operands. */
export function statesOf({ type }: OptimizerCall): readonly string[] {
  return rules[type].states;
}

/** The kernel of an update, and its attributes at this moment. */
export function updateOf(
  call: OptimizerCall,
  moment: UpdateMoment,
): { readonly kernel: Kernel; readonly attributes: Readonly<Record<string, unknown>> } {
  const rule = rules[call.type] as OptimizerRule<OptimizerCall>;
  return { kernel: rule.kernel, attributes: rule.attributes(call, moment) };
}

/** How much of itself an average of the weights keeps at a step (counted from 1): less at the start, to leave it behind. */
export function averageKept(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** What gradients are brought down to before the update. */
export interface Clip {
  /** `norm`: all gradients together, by one factor, as PyTorch's `clip_grad_norm_`; `value`: each element by itself. */
  readonly type: 'norm' | 'value';
  readonly bound: number;
}

/** Factor that brings gradients of this norm down to the bound. */
export function clipFactor(norm: number, bound: number): number {
  return Math.min(1, bound / (norm + 1e-6));
}
