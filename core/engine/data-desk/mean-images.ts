/** Adds samples up, pixel by pixel: all of them, and those of each class. Sums of bytes are exact in float64. */
export class MeanImages {
  readonly #size: number;
  /** One per class, and the last for samples without a label. */
  readonly #sums: Float64Array[];
  readonly #counts: number[];

  /** @param size C x H x W of a sample */
  constructor(size: number, classes: number) {
    this.#size = size;
    this.#sums = Array.from({ length: classes + 1 }, () => new Float64Array(size));
    this.#counts = new Array<number>(classes + 1).fill(0);
  }

  /** @param sample [C, H, W] */
  add(sample: Uint8Array, label: number | null): void {
    const place = label ?? this.#sums.length - 1;
    const sums = this.#sums[place] as Float64Array;
    for (let at = 0; at < this.#size; at++) sums[at] = (sums[at] as number) + (sample[at] as number);
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  get labelled(): boolean {
    return this.#counts.slice(0, -1).some((count) => count > 0);
  }

  /** f32 [C, H, W], 0..255 */
  overall(): Float32Array {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    return Float32Array.from({ length: this.#size }, (_, at) =>
      total === 0 ? 0 : this.#sums.reduce((sum, sums) => sum + (sums[at] as number), 0) / total,
    );
  }

  /** u8 [K, C, H, W]; a class without samples is black. */
  byClass(): Uint8Array {
    const classes = this.#sums.length - 1;
    const bytes = new Uint8Array(classes * this.#size);
    for (let label = 0; label < classes; label++) {
      const sums = this.#sums[label] as Float64Array;
      const count = Math.max(1, this.#counts[label] as number);
      for (let at = 0; at < this.#size; at++)
        bytes[label * this.#size + at] = Math.round((sums[at] as number) / count);
    }
    return bytes;
  }
}
