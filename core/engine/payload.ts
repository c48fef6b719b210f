import { endianness } from 'node:os';
import type { TensorPayload } from '../contract/tensor.ts';

/** A tensor on its way to the window. */
export function tensorPayload(
  shape: readonly number[],
  data: Float32Array | Uint8Array | Int32Array,
): TensorPayload {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const swapped = endianness() === 'BE' && data.BYTES_PER_ELEMENT === 4 ? Buffer.from(bytes).swap32() : bytes;
  return { shape: [...shape], dtype: dtypeOf(data), data: swapped.toString('base64') };
}

function dtypeOf(data: Float32Array | Uint8Array | Int32Array): TensorPayload['dtype'] {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Int32Array ? 'i32' : 'u8';
}

/** Least and greatest value, the non-finite ones aside; [0, 0] where there is none. */
export function finiteRange(values: Float32Array): { minimum: number; maximum: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum > maximum ? { minimum: 0, maximum: 0 } : { minimum, maximum };
}
