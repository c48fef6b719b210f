import type { KernelCall, OperandRef, Plan } from '../../graph/plan.ts';
import { activationName } from '../../kernels/activations.ts';
import { slopeTakers } from './kernels/index.ts';

/** A call with what it does on the way, in the place of calls of their own. */
export interface FusedCall {
  readonly call: KernelCall;
  /** The `activation.backward` of the gradient that it writes. */
  readonly slope: {
    readonly activation: ReturnType<typeof activationName.parse>;
    readonly y: OperandRef;
  } | null;
  /** The pooling of the maps that it writes. */
  readonly pool: KernelCall | null;
}

export interface FuseOptions {
  /** Whether convolutions pool windows of 2 x 2. */
  readonly poolsWindows: boolean;
}

/**
 * Spares the dispatches that only multiply a gradient by the slope of an activation, where nothing else reads it, and
 * those that pool what a convolution has just written: the call that writes it does both. A plan whose backward pass goes
 * to the input is there to be looked at: all its gradients are written.
 */
export function fuse(plan: Plan, { poolsWindows }: FuseOptions): FusedCall[] {
  const calls = [...plan.forward, plan.loss, ...plan.backward];
  const spared = new Set<KernelCall>();
  return calls.flatMap((call): FusedCall[] => {
    if (spared.has(call)) return [];
    const pool = poolsWindows ? poolingOf(plan, call) : null;
    if (pool) spared.add(pool);
    const takesSlope = plan.inputGradient === null && slopeTakers.has(call.kernel);
    const behind = takesSlope ? onlyReader(plan, calls, call.outputs[0]) : null;
    const [y, gradient] = behind?.inputs ?? [];
    const [output] = call.outputs;
    if (behind?.kernel !== 'activation.backward' || !y || !sameValue(gradient, output)) {
      return [{ call, slope: null, pool }];
    }
    spared.add(behind);
    const { activation } = behind.attributes;
    return [
      {
        call: { ...call, outputs: [behind.outputs[0] ?? null, ...call.outputs.slice(1)] },
        slope: { activation: activationName.parse(activation), y },
        pool,
      },
    ];
  });
}

/** The first pooling of a convolution's maps whose windows of 2 x 2 cover them without overlap or rest. */
function poolingOf(plan: Plan, { kernel, outputs: [maps] }: KernelCall): KernelCall | null {
  if (kernel !== 'conv2d.forward' || !maps || !('value' in maps)) return null;
  const [, height = 1, width = 1] = plan.values[maps.value]?.shape ?? [];
  if (height % 2 !== 0 || width % 2 !== 0) return null;
  const covers = ({ kernel: name, inputs: [x], attributes: { size, stride, pad } }: KernelCall) =>
    /^(max|mean)-pool\.forward$/.test(name) && sameValue(x, maps) && size === 2 && stride === 2 && pad === 0;
  return plan.forward.find(covers) ?? null;
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
