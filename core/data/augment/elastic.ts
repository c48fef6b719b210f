import { z } from 'zod';
import { number } from '../../contract/fields.ts';
import { defineAugmentation } from './step.ts';

/**
 * Elastic distortion (Simard, Steinkraus and Platt 2003): every pixel comes from a little way off, neighbours from about
 * the same way. Theirs are uniform random displacements smoothed by a Gaussian; ours lie on a grid with a cubic B-spline
 * through it, whose basis function is as wide as that Gaussian (its deviation is the spacing over the root of 3) and
 * which needs a few dozen draws instead of two for every pixel.
 */
export const elastic = defineAugmentation({
  type: 'elastic',
  label: 'Elastic distortion',
  help: 'Bends the image as if it were drawn on rubber (Simard et al. 2003).',
  stage: 'distortion',
  schema: z.strictObject({
    type: z.literal('elastic'),
    amplitude: number({
      label: 'Amplitude',
      help: 'Root mean square distance that a pixel is moved along each axis.',
      unit: 'pixels',
      default: 0.8,
      minimum: 0,
      maximum: 32,
    }),
    smoothness: number({
      label: 'Smoothness',
      help: 'Width of the smoothing, as a Gaussian’s standard deviation: small is crumpled, large is bent as a whole.',
      unit: 'pixels',
      default: 4,
      minimum: 1,
      maximum: 64,
    }),
  }),
  draw({ amplitude = 0, smoothness = 1 }, random, view, { newHeight, newWidth }) {
    const spacing = smoothness * Math.sqrt(3);
    const rows = Math.floor((newHeight - 1) / spacing) + 4;
    const columns = Math.floor((newWidth - 1) / spacing) + 4;
    // A uniform draw in [-1, 1) has variance 1/3; the spline keeps 151/315 of it along each axis, on average.
    const most = (amplitude * Math.sqrt(3)) / (151 / 315);
    const [a, b, , c, d] = view.affine;
    const x = new Float64Array(rows * columns);
    const y = new Float64Array(rows * columns);
    for (let i = 0; i < x.length; i++) {
      const right = random.around(most);
      const down = random.around(most);
      // Displaced where the model looks, before the maps that lead to the stored image.
      x[i] = a * right + b * down;
      y[i] = c * right + d * down;
    }
    view.field = { spacing, rows, columns, x, y };
  },
});
