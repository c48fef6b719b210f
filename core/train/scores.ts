import type { KernelCall } from '../graph/plan.ts';

/** Whether softmax makes probabilities of the outputs; with other losses they are looked at as they are. */
export function isProbability({ kernel }: Pick<KernelCall, 'kernel'>): boolean {
  return kernel === 'softmax-cross-entropy';
}

/**
 * What was given to the predicted class of every row.
 * @param outputs [rows, classes]
 * @param probable softmax is applied first
 */
export function topScores(
  outputs: Float32Array,
  predictions: Int32Array,
  classes: number,
  probable: boolean,
): Float32Array {
  return Float32Array.from(predictions, (predicted, row) => {
    const top = outputs[row * classes + predicted] as number;
    if (!probable) return top;
    // The predicted class has the largest output, so that no exponential overflows.
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp((outputs[row * classes + k] as number) - top);
    return 1 / sum;
  });
}

/** Place of the largest of a row's numbers, the first of equal ones. */
export function largestAt(values: Float32Array | Float64Array, row: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if ((values[row * classes + k] as number) > (values[row * classes + best] as number)) best = k;
  }
  return best;
}

/** How many rows have their label among the `most` largest of their numbers; ties count for the earlier class. */
export function countAmong(
  outputs: Float32Array | Float64Array,
  labels: ArrayLike<number>,
  classes: number,
  most: number,
): number {
  let found = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    const own = outputs[row * classes + label] as number;
    let ahead = 0;
    for (let k = 0; k < classes; k++) {
      const other = outputs[row * classes + k] as number;
      if (other > own || (other === own && k < label)) ahead++;
    }
    if (ahead < most) found++;
  }
  return found;
}
