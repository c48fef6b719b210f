import type { KernelCall, OperandRef, Plan } from '../../graph/plan.ts';
import { activationName } from '../../kernels/activations.ts';
import { slopeTakers } from './kernels/index.ts';

/** A call, and the `activation.backward` that it does on the way. */
export interface FusedCall {
  readonly call: KernelCall;
  readonly slope: {
    readonly activation: ReturnType<typeof activationName.parse>;
    readonly y: OperandRef;
  } | null;
}

/**
 * Spares the dispatches that only multiply a gradient by the slope of an activation: the call that writes the gradient
 * does it, where nothing else reads it. A plan whose backward pass goes to the input is there to be looked at: all its
 * gradients are written.
 */
export function fuseSlopes(plan: Plan): FusedCall[] {
  const calls = [...plan.forward, plan.loss, ...plan.backward];
  if (plan.inputGradient !== null) return calls.map((call) => ({ call, slope: null }));
  const spared = new Set<KernelCall>();
  return calls.flatMap((call): FusedCall[] => {
    if (spared.has(call)) return [];
    const behind = slopeTakers.has(call.kernel) ? onlyReader(plan, calls, call.outputs[0]) : null;
    const [y, gradient] = behind?.inputs ?? [];
    const [output] = call.outputs;
    if (behind?.kernel !== 'activation.backward' || !y || !sameValue(gradient, output)) {
      return [{ call, slope: null }];
    }
    spared.add(behind);
    const { activation } = behind.attributes;
    return [
      {
        call: { ...call, outputs: [behind.outputs[0] ?? null, ...call.outputs.slice(1)] },
        slope: { activation: activationName.parse(activation), y },
      },
    ];
  });
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
