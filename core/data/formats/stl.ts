import { damaged } from '../faults.ts';

/**
 * The binary format of STL-10: images of 3 x 96 x 96 bytes one after the other without a header, each channel stored
 * column by column; labels in a file of their own, a byte each, counted from 1.
 */
export const stlShape = [3, 96, 96] as const;
export const stlImageBytes = 3 * 96 * 96;

/**
 * Images in a file of that many bytes.
 * @throws `dataset.damaged` where that is no whole number of images, or none
 */
export function countStlImages(bytes: number, file: string): number {
  if (bytes > 0 && bytes % stlImageBytes === 0) return bytes / stlImageBytes;
  throw damaged(file, `${bytes} bytes long, which is no whole number of images of ${stlImageBytes} bytes`);
}

/**
 * Turns columns into rows, in place (and back: it is its own inverse).
 * @param images [n, 3, column, row]
 */
export function transposeStl(images: Uint8Array): void {
  const size = stlShape[1];
  const plane = size * size;
  for (let start = 0; start < images.length; start += plane) {
    for (let row = 1; row < size; row++) {
      for (let column = 0; column < row; column++) {
        const [a, b] = [start + row * size + column, start + column * size + row];
        const value = images[a] as number;
        images[a] = images[b] as number;
        images[b] = value;
      }
    }
  }
}

/**
 * All images of a file, [count, 3, 96, 96] row-major, in the memory of `bytes`: the whole set twice would be more than
 * small machines have. Throws `dataset.damaged`.
 */
export function parseStlImages(bytes: Uint8Array, file: string): Uint8Array {
  countStlImages(bytes.length, file);
  transposeStl(bytes);
  return bytes;
}

/** Labels counted from 0. Throws `dataset.damaged` for one that is no class. */
export function parseStlLabels(bytes: Uint8Array, file: string, classes: number): Int32Array {
  const labels = new Int32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const label = bytes[i] as number;
    if (label < 1 || label > classes) {
      throw damaged(file, `label ${label} of sample ${i} is not a class (1 to ${classes})`);
    }
    labels[i] = label - 1;
  }
  return labels;
}
