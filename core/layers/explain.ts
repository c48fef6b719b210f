import type { ActivationName } from '../kernels/activations.ts';
import type { Shape } from '../kernels/kernel.ts';
import { elements } from '../kernels/shape.ts';
import type { LayerParameter } from './layer.ts';

/** What one sample comes to at some place of the network: maps [C, H, W] or a vector [N]. */
export interface SampleValue {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** One element of a layer's output; row and column are 0 of a vector's. */
export interface Place {
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** What an explanation can look at. */
export interface Evidence {
  readonly inputs: readonly SampleValue[];
  /** Of the layer's output. */
  readonly shape: Shape;
  parameter(role: LayerParameter['role']): Float32Array;
}

/** A window of one map that an output is made of. */
export interface ExplainedPart {
  /** Which of the layer's inputs. */
  readonly input: number;
  readonly channel: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** [height, width]; 0 outside the map. */
  readonly values: Float32Array;
  /** 1 within the map. */
  readonly inside: Uint8Array;
  /** [height, width]; null where values count as they are. */
  readonly weights: Float32Array | null;
}

/**
 * y = f(gain * combine(parts) + bias). A sum is of all products, a mean is over all elements of the windows, those outside
 * counted as zeros, and a maximum is of those within.
 */
export interface Explanation {
  readonly combine: 'sum' | 'mean' | 'maximum';
  readonly parts: readonly ExplainedPart[];
  readonly gain: number | null;
  readonly bias: number | null;
  readonly activation: ActivationName;
}

export interface WindowOf {
  readonly input: number;
  readonly channel: number;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly weights: Float32Array | null;
}

/** Reads a window of one map; a vector is one row. */
export function windowPart(value: SampleValue, window: WindowOf): ExplainedPart {
  const { channel, top, left, height, width } = window;
  const [rows, columns] = planeOf(value.shape);
  const values = new Float32Array(height * width);
  const inside = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = [top + y, left + x];
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      values[y * width + x] = value.data[(channel * rows + row) * columns + column] as number;
      inside[y * width + x] = 1;
    }
  }
  return { ...window, values, inside };
}

/** All of an input, map by map, with the weights [C, H, W] that meet it. */
export function wholeParts(value: SampleValue, input: number, weights: Float32Array | null): ExplainedPart[] {
  const [height, width] = planeOf(value.shape);
  const plane = height * width;
  return Array.from({ length: elements(value.shape) / plane }, (_, channel) =>
    windowPart(value, {
      input,
      channel,
      top: 0,
      left: 0,
      height,
      width,
      weights: weights?.slice(channel * plane, (channel + 1) * plane) ?? null,
    }),
  );
}

/** One element of an input, by its place in C, H, W order. */
export function elementPart(
  value: SampleValue,
  input: number,
  index: number,
  weight: number | null = null,
): ExplainedPart {
  const [rows, columns] = planeOf(value.shape);
  const plane = rows * columns;
  return windowPart(value, {
    input,
    channel: Math.floor(index / plane),
    top: Math.floor((index % plane) / columns),
    left: index % columns,
    height: 1,
    width: 1,
    weights: weight === null ? null : Float32Array.of(weight),
  });
}

/** Place of an element in C, H, W order. */
export function indexOf(shape: Shape, { channel, row, column }: Place): number {
  if (shape.length !== 3) return channel;
  const [rows, columns] = planeOf(shape);
  return (channel * rows + row) * columns + column;
}

/** Of layers that hand an element on, or apply no more than a function to it. */
export function explainElement(part: ExplainedPart, activation: ActivationName = 'linear'): Explanation {
  return { combine: 'sum', parts: [part], gain: null, bias: null, activation };
}

/** [height, width] of a map; a vector [N] is one row of N. */
function planeOf(shape: Shape): [number, number] {
  if (shape.length === 3) return [shape[1] as number, shape[2] as number];
  return [1, elements(shape)];
}
