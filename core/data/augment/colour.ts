import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { pixelMoments } from './moments.ts';
import { defineAugmentation } from './step.ts';
import { recolour } from './view.ts';

const share = { minimum: 0, maximum: 1 } as const;
/** What red, green and blue count in a grey. */
const luma = [0.213, 0.715, 0.072] as const;

/** Changes brightness, contrast, saturation and hue; one linear map of the stored values, without clipping. */
export const colour = defineAugmentation({
  type: 'colour',
  label: 'Colour jitter',
  help: 'Changes brightness and contrast, and of colour images saturation and hue, each by a random amount.',
  stage: 'colour',
  channels: [1, 3],
  schema: z.strictObject({
    type: z.literal('colour'),
    brightness: number({
      label: 'Brightness',
      help: 'Largest change of the brightness, as a share of it.',
      default: 0.2,
      ...share,
    }),
    contrast: number({
      label: 'Contrast',
      help: 'Largest change of the distance to the training set’s mean, as a share of it.',
      default: 0.2,
      ...share,
    }),
    saturation: number({
      label: 'Saturation',
      help: 'Largest change of the distance to grey, as a share of it. Only of colour images.',
      default: 0.2,
      ...share,
    }),
    hue: number({
      label: 'Hue',
      help: 'Largest turn of the colour circle, either way. Only of colour images.',
      unit: 'degrees',
      default: 0,
      minimum: 0,
      maximum: 180,
    }),
  }),
  learn(_spec, context) {
    const { mean } = pixelMoments(context);
    return Object.fromEntries(mean.map((value, channel) => [`mean${channel}`, value]));
  },
  draw(numbers, random, view, { channels }) {
    const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = numbers;
    const bright = 1 + random.around(brightness);
    const distance = 1 + random.around(contrast);
    const factor = bright * distance;
    const offset = Array.from(
      { length: channels },
      (_, channel) => bright * (1 - distance) * (numbers[`mean${channel}`] as number),
    );
    if (channels === 1) return recolour(view, 1, [factor], offset);
    recolour(view, 3, [factor, 0, 0, 0, factor, 0, 0, 0, factor], offset);
    recolour(view, 3, saturated(1 + random.around(saturation)), [0, 0, 0]);
    recolour(view, 3, turned(random.around((hue * Math.PI) / 180)), [0, 0, 0]);
  },
});

/** grey + factor (colour - grey) */
function saturated(factor: number): number[] {
  const rest = 1 - factor;
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => rest * (luma[column] as number) + (row === column ? factor : 0)),
  );
}

/** The turn about the axis of greys that keeps the grey of a colour, as `feColorMatrix` of SVG 1.1 defines it. */
function turned(angle: number): number[] {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [
    0.213 + c * 0.787 - s * 0.213,
    0.715 - c * 0.715 - s * 0.715,
    0.072 - c * 0.072 + s * 0.928,
    0.213 - c * 0.213 + s * 0.143,
    0.715 + c * 0.285 + s * 0.14,
    0.072 - c * 0.072 - s * 0.283,
    0.213 - c * 0.213 - s * 0.787,
    0.715 - c * 0.715 + s * 0.715,
    0.072 + c * 0.928 + s * 0.072,
  ];
}
