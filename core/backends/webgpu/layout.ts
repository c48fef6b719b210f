import type { Shape } from '../../kernels/kernel.ts';
import { elements } from '../../kernels/shape.ts';
import { chunk } from './kernels/update.ts';

/** Tensors one after the other in one buffer, each from a whole chunk on; offsets in elements. */
export interface Layout {
  readonly offsets: readonly number[];
  readonly counts: readonly number[];
  /** Elements in all, whole chunks. */
  readonly size: number;
}

/** Whole chunks. */
export const roomOf = (count: number): number => Math.ceil(count / chunk) * chunk;

export function layOut(shapes: readonly Shape[]): Layout {
  const counts = shapes.map(elements);
  const offsets: number[] = [];
  let size = 0;
  for (const count of counts) {
    offsets.push(size);
    size += roomOf(count);
  }
  return { offsets, counts, size };
}

/** From [image][element] to [element][image], as values lie on the GPU. */
export function toImagesInnermost(data: ArrayLike<number>, count: number, pitch: number): Float32Array {
  const each = data.length / count;
  const moved = new Float32Array(each * pitch);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < each; i++) moved[i * pitch + n] = data[n * each + i] as number;
  }
  return moved;
}

/** And back again. */
export function toImagesOutermost(moved: Float32Array, count: number, pitch: number): Float32Array {
  const each = moved.length / pitch;
  const data = new Float32Array(count * each);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < each; i++) data[n * each + i] = moved[i * pitch + n] as number;
  }
  return data;
}
