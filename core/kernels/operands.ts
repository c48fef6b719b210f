import type { Operand, Shape } from './kernel.ts';

/** The operand that stands at a position; the last one stands for all that follow where it is repeated. */
export function operandAt(operands: readonly Operand[], position: number): Operand {
  const last = operands.at(-1);
  const operand = operands[position] ?? (last?.repeated ? last : undefined);
  if (!operand) throw new RangeError(`there is no operand ${position}`);
  return operand;
}

/** Whether an operand's tensor has the batch in front. */
export function hasBatch({ role }: Operand): boolean {
  return role === 'value' || role === 'target' || role === 'scalar';
}

/** Shape of an operand's whole tensor, from that of one sample. */
export function wholeShape(operand: Operand, shape: Shape, batch: number): Shape {
  return hasBatch(operand) ? [batch, ...shape] : shape;
}

/** Shape of one sample, or of the parameter: what `Kernel.shapes` takes. */
export function sampleShape(operand: Operand, shape: Shape): Shape {
  return hasBatch(operand) ? shape.slice(1) : shape;
}
