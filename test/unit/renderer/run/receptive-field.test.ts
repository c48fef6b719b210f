import { describe, expect, it } from 'vitest';
import type { ModelDescription } from '../../../../core/contract/runs.ts';
import { receptiveField } from '../../../../renderer/views/run/receptive-field.ts';

type Layer = ModelDescription['layers'][number];

const layer = (
  id: string,
  from: string[],
  shape: number[],
  window?: [size: number, stride: number, pad: number],
): Layer => ({
  id,
  type: window ? 'conv' : 'activation',
  from,
  shape,
  parameters: 0,
  flops: 0,
  ...(window && { window: { size: [window[0], window[0]], stride: window[1], pad: window[2] } }),
});

const model = (input: number[], layers: Layer[]): ModelDescription => ({
  name: 'test',
  input,
  layers,
  parameters: 0,
  flops: 0,
  memoryBytes: 0,
});

const lenet = model(
  [1, 32, 32],
  [
    layer('C1', ['input'], [6, 28, 28], [5, 1, 0]),
    layer('S2', ['C1'], [6, 14, 14], [2, 2, 0]),
    layer('C3', ['S2'], [16, 10, 10], [5, 1, 0]),
    layer('S4', ['C3'], [16, 5, 5], [2, 2, 0]),
    layer('C5', ['S4'], [120]),
  ],
);

describe('the receptive field in LeNet-5', () => {
  it('grows layer by layer: 5, 6, 14 and 16 pixels', () => {
    const sizes = ['C1', 'S2', 'C3', 'S4'].map((id) => {
      const field = receptiveField(lenet, id, 1, 1);
      return field && field.bottom - field.top + 1;
    });
    expect(sizes).toEqual([5, 6, 14, 16]);
  });

  it('moves with the pixel by the product of the strides', () => {
    expect(receptiveField(lenet, 'C1', 3, 4)).toEqual({ top: 3, left: 4, bottom: 7, right: 8 });
    expect(receptiveField(lenet, 'C3', 0, 2)).toEqual({ top: 0, left: 4, bottom: 13, right: 17 });
    expect(receptiveField(lenet, 'S4', 4, 4)).toEqual({ top: 16, left: 16, bottom: 31, right: 31 });
  });

  it('is the whole image behind a dense layer, and the pixel itself at the input', () => {
    expect(receptiveField(lenet, 'C5', 0, 0)).toEqual({ top: 0, left: 0, bottom: 31, right: 31 });
    expect(receptiveField(lenet, 'input', 2, 3)).toEqual({ top: 2, left: 3, bottom: 2, right: 3 });
  });
});

it('stays inside the image where padding reaches beyond it', () => {
  const padded = model([1, 8, 8], [layer('A', ['input'], [4, 8, 8], [3, 1, 1])]);
  expect(receptiveField(padded, 'A', 0, 7)).toEqual({ top: 0, left: 6, bottom: 1, right: 7 });
});

it('covers every branch where a layer joins several, and passes pixel-wise layers unchanged', () => {
  const joined = model(
    [1, 9, 9],
    [
      layer('A', ['input'], [2, 9, 9], [3, 1, 1]),
      layer('B', ['input'], [2, 9, 9], [5, 1, 2]),
      layer('sum', ['A', 'B'], [2, 9, 9]),
      layer('relu', ['sum'], [2, 9, 9]),
    ],
  );
  expect(receptiveField(joined, 'relu', 4, 4)).toEqual({ top: 2, left: 2, bottom: 6, right: 6 });
});

it('is unknown for a layer that is not there', () => {
  expect(receptiveField(lenet, 'C9', 0, 0)).toBeNull();
});
