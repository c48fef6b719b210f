import { RandomSequence } from '../train/random.ts';

/**
 * The order in which an epoch visits the samples: a permutation of `indices`, a pure function of (seed, epoch), so
 * that a resumed run needs no state to go on where it was.
 * @param epoch counted from 0
 */
export function epochOrder(indices: Uint32Array, seed: number, epoch: number): Uint32Array {
  return new RandomSequence(seed, 'order', epoch).shuffle(indices.slice());
}
