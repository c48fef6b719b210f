import type { TensorPayload } from '../../core/contract/tensor.ts';
import { fromBase64 } from '../ui/save-file.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | Int32Array;
}

/** A tensor as the engine sends it (little-endian bytes in base64), ready to be drawn. */
export function decodeTensor(payload: TensorPayload): Tensor {
  const bytes = fromBase64(payload.data);
  const views = {
    f32: () => new Float32Array(bytes.buffer),
    u8: () => bytes,
    i32: () => new Int32Array(bytes.buffer),
  };
  return { shape: payload.shape, data: views[payload.dtype]() };
}

/** The map with this index of a [C, H, W] tensor, row by row, without copying. */
export function planeOf(tensor: Tensor, index: number): Float32Array | Uint8Array | Int32Array {
  const size = (tensor.shape.at(-1) ?? 1) * (tensor.shape.at(-2) ?? 1);
  return tensor.data.subarray(index * size, (index + 1) * size);
}
