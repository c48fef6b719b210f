import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConvolabError } from '../../contract/errors.ts';
import { type GallerySplit, sizeOf } from './gallery.ts';

/** Bytes that are read before the thread looks whether a quick question waits: a few milliseconds of work. */
const sliceBytes = 4 * 2 ** 20;

export interface Slice {
  /** Index of its first sample. */
  readonly first: number;
  readonly count: number;
  /** [count, C, H, W] */
  readonly bytes: Uint8Array;
}

/** All samples of a split in order, a slice at a time, letting other questions in between. */
export async function* slicesOf(
  split: GallerySplit,
  shape: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<Slice> {
  const step = Math.max(1, Math.floor(sliceBytes / sizeOf(shape)));
  for (let first = 0; first < split.count; first += step) {
    if (signal?.aborted)
      throw new ConvolabError('engine.unavailable', 'Reading the data set was interrupted.');
    const count = Math.min(step, split.count - first);
    const bytes = await split.read(Uint32Array.from({ length: count }, (_, i) => first + i));
    yield { first, count, bytes };
    await nextTurn();
  }
}
