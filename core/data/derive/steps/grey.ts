import { z } from 'zod';
import type { PixelArray } from '../resample.ts';
import { transform } from '../samples.ts';
import { defineDerivation, mapPixels } from '../step.ts';

const schema = z.strictObject({ type: z.literal('grey') });

/** Shares of red, green and blue in brightness (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const;

/** Brightness of red, green and blue bytes, [3, H, W] to [1, H, W]. */
export function greyOf(colour: Uint8Array): Uint8Array {
  const plane = colour.length / 3;
  const grey = new Uint8Array(plane);
  toGrey(colour, 0, plane, 0.5, grey, 0);
  return grey;
}

function toGrey(
  source: PixelArray,
  offset: number,
  plane: number,
  rounding: number,
  target: PixelArray,
  at: number,
): void {
  for (let i = 0; i < plane; i++) {
    target[at + i] =
      luma[0] * (source[offset + i] as number) +
      luma[1] * (source[offset + plane + i] as number) +
      luma[2] * (source[offset + 2 * plane + i] as number) +
      rounding;
  }
}

/** One channel of brightness. Grey images stay as they are. */
export const grey = defineDerivation<z.output<typeof schema>>({
  type: 'grey',
  label: 'Grey',
  help: 'Turns colour into brightness: 0.299 red + 0.587 green + 0.114 blue.',
  schema,
  apply: (_step, set, refuse) =>
    mapPixels(set, refuse, (samples) => {
      const [channels, height, width] = samples.shape;
      if (channels === 1) return samples;
      if (channels !== 3) throw refuse('', `the samples have ${channels} channels, not red, green and blue`);
      const plane = height * width;
      const rounding = samples.floats ? 0 : 0.5;
      const to = { shape: [1, height, width] as const, floats: samples.floats };
      return transform(samples, to, (source, offset, target, at) =>
        toGrey(source, offset, plane, rounding, target, at),
      );
    }),
});
