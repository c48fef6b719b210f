import type { Shape } from './kernel.ts';

/** Number of elements; 1 for the empty shape of a scalar. */
export function elements(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Extent of what a sliding window yields: floor((extent + 2 pad - size) / stride) + 1; below 1 where it does not fit. */
export function windows(extent: number, size: number, stride: number, pad: number): number {
  return Math.floor((extent + 2 * pad - size) / stride) + 1;
}

/** [C, H, W] of a stack of maps. */
export function mapShape(shape: Shape): [channels: number, height: number, width: number] {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new RangeError(`expected [channels, height, width], got ${formatShape(shape)}`);
  }
  return [channels, height, width];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** `6x28x28`, as shapes are written in errors and tables. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** An operand that a call cannot leave out. */
export function required<T extends object>(operand: T | null | undefined, name: string): T {
  if (operand === null || operand === undefined) throw new RangeError(`operand ${name} is missing`);
  return operand;
}
