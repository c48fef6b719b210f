import { philox, streamKey, toUniform } from '../../kernels/philox.ts';

/** Numbers for one step of the list, one epoch and one sample: always the same, whatever else is drawn and in what order. */
export class AugmentRandom {
  readonly #key: readonly [number, number];
  readonly #counter: readonly [place: number, epoch: number, sample: number];
  #block = 0;
  #words: readonly number[] = [];
  #used = 0;

  /**
   * @param place of the step in its list
   * @param sample index in the stored split
   */
  constructor(seed: number, place: number, epoch: number, sample: number) {
    this.#key = streamKey(seed, 'augment');
    this.#counter = [place, epoch, sample];
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    if (this.#used === this.#words.length) {
      this.#words = philox([this.#block++, ...this.#counter], this.#key);
      this.#used = 0;
    }
    return toUniform(this.#words[this.#used++] as number);
  }

  /** Uniform in [-most, most). */
  around(most: number): number {
    return (2 * this.uniform() - 1) * most;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
