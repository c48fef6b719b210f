import { z } from 'zod';
import { choice, integer } from '../../../contract/fields.ts';
import type { ImageShape } from '../../dataset.ts';
import type { Fit } from '../../decode/job.ts';
import { fitBoxes } from '../boxes.ts';
import { keptWindow, Resampler } from '../resample.ts';
import { type FixedSamples, mapObjects, transform } from '../samples.ts';
import { defineDerivation, mapImages } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('resize'),
  height: integer({
    label: 'Height',
    help: 'Rows of the new images.',
    unit: 'pixels',
    minimum: 1,
    maximum: 1024,
  }),
  width: integer({
    label: 'Width',
    help: 'Columns of the new images.',
    unit: 'pixels',
    minimum: 1,
    maximum: 1024,
  }),
  method: choice(
    { area: 'Area (mean of what a pixel covers)', bilinear: 'Bilinear (between the four nearest)' },
    {
      label: 'Method',
      help: 'Area keeps the mean and is right for shrinking; bilinear is smooth for enlarging.',
      default: 'area',
    },
  ),
  keep: choice(
    { all: 'The whole image, its proportions changed', centre: 'The middle, its proportions kept' },
    { label: 'Keep', help: 'What becomes of images of other proportions.', default: 'all' },
  ),
});

/** Every image brought to one size: those of one size already, and those of varied size as they are decoded. */
export const resize = defineDerivation<z.output<typeof schema>>({
  type: 'resize',
  label: 'Resize',
  help: 'Brings every image to the same height and width.',
  schema,
  apply: (step, set) =>
    mapImages(set, (samples) => (samples.shape === null ? samples.fitted(step) : resized(samples, step))),
});

function resized(samples: FixedSamples, fit: Fit): FixedSamples {
  const [channels, height, width] = samples.shape;
  const from = { height, width };
  const resampler = new Resampler(from, fit, fit.method, keptWindow(from, fit, fit.keep));
  const shape: ImageShape = [channels, fit.height, fit.width];
  const planes = transform(samples, { shape, floats: samples.floats }, (source, offset, target, at) => {
    for (let c = 0; c < channels; c++) {
      resampler.plane(source, offset + c * height * width, 1, target, at + c * fit.height * fit.width);
    }
  });
  return mapObjects(planes, (boxes) => fitBoxes(boxes, from, fit));
}
