import type { HostTensor } from '../../core/backends/backend.ts';

/**
 * Largest difference between two tensors, relative to the largest magnitude in the expected one (or `floor`, where all
 * of it is smaller). Infinite where the shapes differ or an element is not a number.
 */
export function relativeError(actual: HostTensor, expected: HostTensor, floor = 1e-6): number {
  if (actual.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  if (actual.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let scale = floor;
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const wanted = expected.data[i] as number;
    const difference = Math.abs((actual.data[i] as number) - wanted);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(wanted));
    worst = Math.max(worst, difference);
  }
  return worst / scale;
}
