import { ConvolabError } from '../contract/errors.ts';
import { RandomSequence } from '../train/random.ts';

export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/**
 * Holds samples of the training set out, so that nothing need be chosen on the test set. A pure function of its
 * arguments; both parts are in ascending order.
 * @param count samples in the training set
 * @param validation samples (a whole number) or share (below 1) to hold out; 0 = none
 * @throws `spec.invalid` where that is no number of samples, or leaves nothing to train on
 */
export function splitValidation(count: number, validation: number, seed: number): Split {
  const held = heldOutCount(count, validation);
  const order = new RandomSequence(seed, 'validation').shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
  );
  return { validation: order.slice(0, held).sort(), train: order.slice(held).sort() };
}

/**
 * Samples that `splitValidation` holds out.
 * @throws `spec.invalid` as it does
 */
export function heldOutCount(count: number, validation: number): number {
  const whole = Number.isInteger(validation);
  const held = whole ? validation : Math.round(validation * count);
  if (validation >= 0 && (whole || validation < 1) && held < count) return held;
  throw new ConvolabError('spec.invalid', `Cannot hold ${validation} of ${count} training samples out.`, {
    subject: 'dataset.validation',
    hint: `Give a whole number below ${count}, or a share between 0 and 1.`,
    issues: [{ path: 'dataset.validation', message: `must leave some of the ${count} samples to train on` }],
  });
}
