import { philox, type Stream, streamKey, toUniform } from '../kernels/philox.ts';

/** A sequence of draws for (seed, stream, substream), e.g. the epoch or the parameter's index. */
export class RandomSequence {
  readonly #key: readonly [number, number];
  readonly #substream: number;
  #block = 0;
  #words: [number, number, number, number] = [0, 0, 0, 0];
  #used = 4;

  constructor(seed: number, stream: Stream, substream = 0) {
    this.#key = streamKey(seed, stream);
    this.#substream = substream >>> 0;
  }

  /** A 32-bit word. */
  word(): number {
    if (this.#used === 4) {
      this.#words = philox(
        [this.#block >>> 0, Math.floor(this.#block / 2 ** 32), this.#substream, 0],
        this.#key,
      );
      this.#block++;
      this.#used = 0;
    }
    return this.#words[this.#used++] as number;
  }

  /** Uniform in [0, 1), 24 bits: exact in float32. */
  uniform(): number {
    return toUniform(this.word());
  }

  /** Uniform integer in [0, limit), without bias (rejection). */
  below(limit: number): number {
    const whole = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      const word = this.word();
      if (word < whole) return word % limit;
    }
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Fisher and Yates, in place. */
  shuffle(items: Uint32Array): Uint32Array {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i] as number;
      items[i] = items[j] as number;
      items[j] = item;
    }
    return items;
  }
}
