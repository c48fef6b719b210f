import type { KernelCall, OperandRef, Plan } from '../../graph/plan.ts';
import { elements } from '../../kernels/shape.ts';

/**
 * Floating-point operations of a call on one image, counted as is usual for speeds: the multiplications and additions of
 * convolutions and dense layers, a multiply-add as two; what is beside them counts as nothing. Absent connections (44)
 * count as if they were there, which is how they are computed.
 */
export function flopsOf(call: KernelCall, plan: Plan): number {
  const [family] = call.kernel.split('.');
  if (family !== 'conv2d' && family !== 'dense') return 0;
  const operands = [...call.inputs, ...call.outputs];
  const weight = operands.find(isParameter);
  if (!weight) return 0;
  const { shape } = plan.parameters[parameterOf(weight)] ?? { shape: [] };
  return 2 * elements(shape) * pixels(call, plan);
}

/** Of a whole training step, or of the forward pass alone. */
export function stepFlops(plan: Plan, mode: 'train' | 'eval'): number {
  const calls = mode === 'train' ? [...plan.forward, ...plan.backward] : plan.forward;
  return calls.reduce((sum, call) => sum + flopsOf(call, plan), 0);
}

type ParameterRef = { readonly parameter: number } | { readonly gradient: number };

function isParameter(operand: OperandRef | null): operand is ParameterRef {
  return operand !== null && ('parameter' in operand || 'gradient' in operand);
}

const parameterOf = (operand: ParameterRef) =>
  'parameter' in operand ? operand.parameter : operand.gradient;

/** How often each weight is used: on every pixel of a convolution's output maps, which is the smallest of its values. */
function pixels(call: KernelCall, plan: Plan): number {
  if (!call.kernel.startsWith('conv2d.')) return 1;
  const backward = call.kernel !== 'conv2d.forward';
  const y = valueShape(backward ? gradientOfOutput(call) : (call.outputs[0] ?? null), plan);
  return elements(y.slice(1));
}

const gradientOfOutput = ({ kernel, inputs }: KernelCall) =>
  (kernel === 'conv2d.backward-weight' ? inputs[1] : inputs[0]) ?? null;

function valueShape(operand: OperandRef | null, plan: Plan): readonly number[] {
  return operand !== null && 'value' in operand ? (plan.values[operand.value]?.shape ?? []) : [];
}
