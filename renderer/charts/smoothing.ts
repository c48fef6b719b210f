/** Largest weight the slider offers: at 1 the first value would be held for ever. */
export const maximumSmoothing = 0.99;

/**
 * Debiased exponential mean of a curve.
 *
 * With weight w, the n-th finite value enters with a_n = (1 - w) / (1 - w^n), which is the bias correction of Kingma and
 * Ba (Adam, 2015, section 3) written as a step towards the new value. In this form a constant curve stays exactly
 * constant, because the step is then a multiple of zero. Weight 0 returns the values themselves.
 *
 * Values that are not finite stay what they are and leave the mean untouched, so that one NaN does not blank the rest.
 *
 * @param values in the order they were logged
 * @param weight in [0, 1); above `maximumSmoothing` it is treated as `maximumSmoothing`
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const w = Math.min(weight, maximumSmoothing);
  if (!(w > 0)) return values;
  const smoothed = new Float64Array(values.length);
  let mean = 0;
  let power = 1; // w^n
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    power *= w;
    mean += ((1 - w) / (1 - power)) * (value - mean);
    smoothed[i] = mean;
  }
  return smoothed;
}
