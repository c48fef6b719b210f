import { damaged } from '../faults.ts';

/**
 * The binary format of the CIFAR sets: records of one fixed length without any header. A record is one label byte
 * (CIFAR-100: two, the coarse and the fine one), then 3,072 bytes of the image, [3, 32, 32] in row-major order.
 */
export interface CifarFormat {
  /** Classes of each label byte of a record, in their order in it; the last one is the label that is used. */
  readonly labels: readonly number[];
}

export interface CifarSamples {
  readonly count: number;
  /** [count, 3, 32, 32] */
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

export const cifarImageBytes = 3 * 32 * 32;

export function cifarRecordBytes({ labels }: CifarFormat): number {
  return labels.length + cifarImageBytes;
}

/**
 * Samples in a file of that many bytes.
 * @throws `dataset.damaged` where that is no whole number of records, or none
 */
export function countCifarRecords(format: CifarFormat, bytes: number, file: string): number {
  const record = cifarRecordBytes(format);
  if (bytes > 0 && bytes % record === 0) return bytes / record;
  throw damaged(file, `${bytes} bytes long, which is no whole number of records of ${record} bytes`);
}

/** @throws `dataset.damaged` naming the first record that cannot be one */
export function parseCifar(format: CifarFormat, bytes: Uint8Array, file: string): CifarSamples {
  const count = countCifarRecords(format, bytes.length, file);
  const record = cifarRecordBytes(format);
  const images = new Uint8Array(count * cifarImageBytes);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * record;
    for (const [place, classes] of format.labels.entries()) {
      const label = bytes[start + place] as number;
      if (label >= classes)
        throw damaged(file, `label ${label} of record ${i} is not a class (0 to ${classes - 1})`);
      labels[i] = label;
    }
    const image = start + format.labels.length;
    images.set(bytes.subarray(image, image + cifarImageBytes), i * cifarImageBytes);
  }
  return { count, images, labels };
}

/**
 * The file that `parseCifar` reads back to the same, for formats with one label byte.
 * @param images [labels.length, 3, 32, 32]
 */
export function writeCifar(images: Uint8Array, labels: ArrayLike<number>): Uint8Array {
  const record = 1 + cifarImageBytes;
  const bytes = new Uint8Array(labels.length * record);
  for (let i = 0; i < labels.length; i++) {
    bytes[i * record] = labels[i] as number;
    bytes.set(images.subarray(i * cifarImageBytes, (i + 1) * cifarImageBytes), i * record + 1);
  }
  return bytes;
}
