import { describe, expect, it } from 'vitest';
import { inRows, placeAt, sheetSize } from '../../../../renderer/charts/pictures.ts';
import { decodeTensor, planeOf } from '../../../../renderer/charts/tensor.ts';
import { kernelSheet } from '../../../../renderer/views/run/kernel-sheet.ts';
import { metricSections } from '../../../../renderer/views/run/metric-cards.ts';

function payload(shape: number[], values: number[]) {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return { shape, dtype: 'f32' as const, data: btoa(String.fromCharCode(...bytes)) };
}

describe('tensors of the engine', () => {
  it('are decoded as they were sent, and cut into maps without copying', () => {
    const tensor = decodeTensor(payload([2, 2, 2], [1, 2, 3, 4, -5, 6, 7, 8]));
    expect([...planeOf(tensor, 1)]).toEqual([-5, 6, 7, 8]);
    expect(planeOf(tensor, 1).buffer).toBe(tensor.data.buffer);
  });
});

describe('a sheet of pictures', () => {
  const sheet = {
    tiles: inRows([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), null], 2),
    width: 2,
    height: 2,
  };

  it('has one pixel per value and one between pictures', () => {
    expect(sheetSize(sheet)).toEqual({ width: 5, height: 5 });
  });

  it('reads the value under a place, and nothing in gaps or where there is no picture', () => {
    expect(placeAt(sheet, 3.5, 1.2)).toEqual({ tileRow: 0, tileColumn: 1, row: 1, column: 0, value: 7 });
    expect(placeAt(sheet, 2.5, 0)).toBeNull();
    expect(placeAt(sheet, 0, 3.5)).toBeNull();
    expect(placeAt(sheet, -0.5, 0)).toBeNull();
  });
});

describe('kernels', () => {
  it('of several input maps stand in rows of maps and columns of filters, absent connections left out', () => {
    const weights = decodeTensor(payload([2, 2, 1, 1], [1, 0, 3, 4]));
    const { sheet, single } = kernelSheet(weights, 16);
    expect(single).toBe(false);
    expect(sheet.tiles.map((row) => row.map((tile) => tile && [...(tile as Float32Array)]))).toEqual([
      [[1], [3]],
      [null, [4]],
    ]);
  });

  it('of one input map stand one after the other', () => {
    const weights = decodeTensor(payload([3, 1, 1, 1], [1, 2, 3]));
    expect(kernelSheet(weights, 2).sheet.tiles.map((row) => row.length)).toEqual([2, 1]);
  });
});

describe('cards', () => {
  it('hold one metric each on all splits, in sections by prefix: results first and the machinery last', () => {
    const sections = metricSections([
      'health/dead-C1',
      'weights/C1',
      'health/C1',
      'train/rate',
      'test/accuracy',
      'train/loss',
      'train/accuracy',
      'train/zeal',
      'train/images-per-second',
    ]);
    expect(sections.map(({ name, cards }) => [name, cards.map((card) => card.name)])).toEqual([
      ['results', ['loss', 'accuracy', 'zeal']],
      ['health', ['health/C1', 'health/dead-C1']],
      ['weights', ['weights/C1']],
      ['machinery', ['images-per-second', 'rate']],
    ]);
    expect(sections[0]?.cards[1]?.members).toEqual(['test/accuracy', 'train/accuracy']);
    expect(sections[1]?.cards[0]?.title).toBe('C1');
  });
});
