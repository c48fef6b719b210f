import type { ChannelStatistic } from '../../contract/datasets.ts';
import type { GallerySplit } from './gallery.ts';
import { slicesOf } from './slices.ts';

/** Ranges of the byte that a histogram is drawn with. */
const bins = 32;

/** How often each byte occurs, per channel; everything else about the pixels follows from it exactly. */
export class ByteCounts {
  readonly #counts: Float64Array[];
  readonly #plane: number;

  constructor([channels = 0, height = 0, width = 0]: readonly number[]) {
    this.#counts = Array.from({ length: channels }, () => new Float64Array(256));
    this.#plane = height * width;
  }

  /** @param bytes [n, C, H, W] */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      for (const counts of this.#counts) {
        for (const end = at + this.#plane; at < end; at++) {
          const byte = bytes[at] as number;
          counts[byte] = (counts[byte] as number) + 1;
        }
      }
    }
  }

  statistics(): ChannelStatistic[] {
    return this.#counts.map(statisticOf);
  }
}

function statisticOf(counts: Float64Array): ChannelStatistic {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, byte) => sum + count * byte, 0) / total;
  const variance = counts.reduce((sum, count, byte) => sum + count * (byte - mean) ** 2, 0) / total;
  const histogram = new Array<number>(bins).fill(0);
  for (const [byte, count] of counts.entries()) {
    const bin = Math.floor((byte * bins) / 256);
    histogram[bin] = (histogram[bin] as number) + count / total;
  }
  return {
    mean,
    deviation: Math.sqrt(variance),
    minimum: counts.findIndex((count) => count > 0),
    maximum: counts.findLastIndex((count) => count > 0),
    histogram,
  };
}

/** Of all samples of a split, per channel. */
export async function byteStatistics(
  split: GallerySplit,
  shape: readonly number[],
): Promise<ChannelStatistic[]> {
  const counts = new ByteCounts(shape);
  for await (const { bytes } of slicesOf(split, shape)) counts.add(bytes);
  return counts.statistics();
}
