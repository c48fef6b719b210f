import { z } from 'zod';
import { integer } from '../../../contract/fields.ts';
import type { PixelArray } from '../resample.ts';
import { transform } from '../samples.ts';
import { defineDerivation, mapPixels } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('width'),
  pixels: integer({
    label: 'Width',
    help: 'Columns that what is drawn fills afterwards.',
    unit: 'pixels',
    default: 20,
    minimum: 1,
    maximum: 1024,
  }),
});

/**
 * Width normalisation (Ciresan, Meier and Schmidhuber 2012): the box around a digit is made so many columns wide, its
 * height kept, and put in the middle. A network for each of 10, 12, ... 20 columns and one for the digits as they are
 * make the columns of their committee.
 */
export const width = defineDerivation<z.output<typeof schema>>({
  type: 'width',
  label: 'Width normalisation',
  help: 'Makes the box around what is drawn on black so many pixels wide, its height kept.',
  schema,
  apply: ({ pixels }, set, refuse) =>
    mapPixels(set, refuse, (samples) => {
      if (samples.objects) throw refuse('', 'the boxes of the images would not follow what is drawn');
      const [channels, height, columns] = samples.shape;
      if (pixels > columns) throw refuse('pixels', `the images are only ${columns} pixels wide`);
      const plane = height * columns;
      return transform(samples, samples, (source, offset, target, at) => {
        const box = boxOf(source, offset, channels * height, columns);
        for (let row = 0; row < channels * height; row++) {
          stretch(source, offset + row * columns, columns, box, pixels, target, at + row * columns);
        }
        if (box === null) target.fill(0, at, at + channels * plane);
      });
    }),
});

interface Box {
  readonly first: number;
  readonly last: number;
}

/** Columns in which anything is not 0. */
function boxOf(source: PixelArray, offset: number, rows: number, columns: number): Box | null {
  let first = columns;
  let last = -1;
  for (let i = 0; i < rows * columns; i++) {
    if (source[offset + i] === 0) continue;
    first = Math.min(first, i % columns);
    last = Math.max(last, i % columns);
  }
  return last < 0 ? null : { first, last };
}

/**
 * One row, its box spread over so many columns in the middle. Every column takes what it covers of the box, and at
 * least as wide a part as a pixel, so that neither shrinking nor widening leaves steps.
 */
function stretch(
  source: PixelArray,
  from: number,
  columns: number,
  box: Box | null,
  pixels: number,
  target: PixelArray,
  to: number,
): void {
  if (box === null) return;
  const factor = (box.last - box.first + 1) / pixels;
  const reach = Math.max(1, factor) / 2;
  const left = Math.floor((columns - pixels) / 2);
  const rounding = target instanceof Uint8Array ? 0.5 : 0;
  for (let column = 0; column < columns; column++) {
    const centre = box.first + (column - left + 0.5) * factor;
    let sum = 0;
    for (let k = Math.floor(centre - reach); k < centre + reach; k++) {
      const covered = Math.min(k + 1, centre + reach) - Math.max(k, centre - reach);
      if (k >= 0 && k < columns) sum += covered * (source[from + k] as number);
    }
    target[to + column] = sum / (2 * reach) + rounding;
  }
}
