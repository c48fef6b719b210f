import { expect, it } from 'vitest';
import type { FixedSamples } from '../../../../core/data/derive/samples.ts';
import { width } from '../../../../core/data/derive/steps/width.ts';

/** One row as an image of its own: 12 columns. */
async function normalized(row: readonly number[], pixels: number): Promise<number[]> {
  const samples: FixedSamples = {
    count: 1,
    labels: Int32Array.of(0),
    shape: [1, 1, row.length],
    floats: false,
    read: async (_indices, target) => {
      target.set(row);
    },
  };
  const refuse = (key: string, message: string) => new Error(`${key}: ${message}`) as never;
  const set = width.apply(
    { type: 'width', pixels } as never,
    { classes: ['a'], splits: { train: samples } },
    refuse,
  );
  const target = new Uint8Array(row.length);
  await (set.splits.train as FixedSamples).read(Uint32Array.of(0), target);
  return [...target];
}

it('a box twice as wide is drawn together to its half, in the middle', async () => {
  expect(await normalized([0, 90, 90, 90, 90, 90, 90, 90, 90, 0, 0, 0], 4)).toEqual([
    0, 0, 0, 0, 90, 90, 90, 90, 0, 0, 0, 0,
  ]);
});

it('a box of the width asked for only moves to the middle', async () => {
  expect(await normalized([10, 20, 30, 40, 0, 0, 0, 0, 0, 0, 0, 0], 4)).toEqual([
    0, 0, 0, 0, 10, 20, 30, 40, 0, 0, 0, 0,
  ]);
});

it('a box that is widened goes from value to value without steps', async () => {
  const wide = await normalized([0, 0, 0, 0, 100, 200, 0, 0, 0, 0, 0, 0], 8);
  expect(wide.slice(3, 6)).toEqual([...wide.slice(3, 6)].sort((a, b) => a - b));
  expect(wide.reduce((a, b) => a + b)).toBeCloseTo(4 * 300, -1);
});

it('an empty image stays empty', async () => {
  expect(await normalized(new Array(12).fill(0), 8)).toEqual(new Array(12).fill(0));
});

it('more pixels than the images have are refused', async () => {
  await expect(normalized(new Array(12).fill(1), 13)).rejects.toThrow(/only 12 pixels wide/);
});
