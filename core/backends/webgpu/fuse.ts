import type { KernelCall, OperandRef, Plan } from '../../graph/plan.ts';
import { activationName } from '../../kernels/activations.ts';
import { givers } from './kernels/index.ts';

/** A call with what it does on the way, in the place of calls of their own. */
export interface FusedCall {
  readonly call: KernelCall;
  /** The calls that its first output, a gradient, goes through before it is written, in order. */
  readonly onward: readonly KernelCall[];
  /** The pooling of the maps that it writes. */
  readonly pool: KernelCall | null;
}

export interface FuseOptions {
  /** Whether convolutions pool windows of 2 x 2. */
  readonly poolsWindows: boolean;
}

/**
 * Spares the dispatches that only take a gradient through the slope of an activation, or back through a pooling of 2 x 2,
 * where nothing else reads it, and those that pool what a convolution has just written: the call that writes it does all of
 * it. A plan whose backward pass goes to the input is there to be looked at: all its gradients are written.
 *
 * Windows that overlap are pooled by a call of their own: whoever writes the maps would have to compute what they share
 * several times over, every pixel more than twice in windows of 3 x 3 that are 2 apart.
 */
export function fuse(plan: Plan, { poolsWindows }: FuseOptions): FusedCall[] {
  const calls = [...plan.forward, plan.loss, ...plan.backward];
  const spared = new Set<KernelCall>();
  return calls.flatMap((call): FusedCall[] => {
    if (spared.has(call)) return [];
    const pool = poolsWindows ? poolingOf(plan, call) : null;
    if (pool) spared.add(pool);
    const onward = plan.inputGradient === null ? wayOf(plan, calls, call) : [];
    for (const step of onward) spared.add(step);
    return [{ call, onward, pool }];
  });
}

/** The first pooling of a convolution's maps. */
function poolingOf(plan: Plan, { kernel, outputs: [maps] }: KernelCall): KernelCall | null {
  if (kernel !== 'conv2d.forward' || !maps) return null;
  const pools = (call: KernelCall) =>
    /^(max|mean)-pool\.forward$/.test(call.kernel) && covers(plan, call, maps);
  return plan.forward.find((call) => pools(call) && sameValue(call.inputs[0], maps)) ?? null;
}

/** Whether the windows of a pooling are of 2 x 2, and cover these maps without overlap or rest. */
function covers(plan: Plan, { attributes: { size, stride, pad } }: KernelCall, maps: OperandRef): boolean {
  if (!('value' in maps) || size !== 2 || stride !== 2 || pad !== 0) return false;
  const [, height = 1, width = 1] = plan.values[maps.value]?.shape ?? [];
  return height % 2 === 0 && width % 2 === 0;
}

/** What a gradient goes through, one call after the other, each the only one that reads what the one before wrote. */
function wayOf(plan: Plan, calls: readonly KernelCall[], giver: KernelCall): KernelCall[] {
  const way: KernelCall[] = [];
  const most = givers.get(giver.kernel) ?? 0;
  for (let from = giver; way.length < most; ) {
    const next = onlyReader(plan, calls, from.outputs[0]);
    if (next === null || !goesThrough(plan, giver, next, from.outputs[0])) break;
    way.push(next);
    from = next;
  }
  return way;
}

/** Whether a call does no more to a gradient than can be done as it is written. */
function goesThrough(
  plan: Plan,
  giver: KernelCall,
  { kernel, inputs, outputs, ...call }: KernelCall,
  gradient: OperandRef | null | undefined,
): boolean {
  const takes = sameValue(inputs.at(-1), gradient);
  if (kernel === 'activation.backward') return takes;
  // A sum of many is added up where it ends, which is then of its own size.
  if (giver.kernel === 'add.forward' || !/^(max|mean)-pool\.backward$/.test(kernel)) return false;
  const [dX] = outputs;
  return takes && !!dX && covers(plan, { kernel, inputs, outputs, ...call }, dX);
}

/** The one call that reads a value, if it has no views and is read by no other. */
function onlyReader(
  plan: Plan,
  calls: readonly KernelCall[],
  operand: OperandRef | null | undefined,
): KernelCall | null {
  if (!operand || !('value' in operand)) return null;
  const { value } = operand;
  if (plan.values.some(({ viewOf }) => viewOf === value)) return null;
  const readers = calls.filter(({ inputs }) => inputs.some((input) => sameValue(input, operand)));
  return readers.length === 1 ? (readers[0] as KernelCall) : null;
}

function sameValue(a: OperandRef | null | undefined, b: OperandRef | null | undefined): boolean {
  return !!a && !!b && 'value' in a && 'value' in b && a.value === b.value;
}

/** The activation whose slope an `activation.backward` multiplies by. */
export const activationOf = ({ attributes }: KernelCall) => activationName.parse(attributes.activation);
