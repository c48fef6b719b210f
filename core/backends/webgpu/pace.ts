/** Steps in a submit at most. */
export const stepsInSubmit = 256;
/** Milliseconds of work that a submit is meant to hold: long beside its own cost, short beside a driver's patience. */
const meant = 100;
/** Submits under way at once: one that runs, one that waits behind it. */
const underWay = 2;

/** Decides how many steps go into a submit, from how long they were seen to take. */
export class SubmitPace {
  /** Milliseconds of a step; none before the first was seen. */
  #step: number | null = null;
  readonly #ends: Promise<void>[] = [];
  #lastEnd = 0;

  /** Steps of the next submit. */
  next(left: number, most: number): number {
    const wanted = this.#step === null ? 1 : Math.floor(meant / this.#step);
    return Math.max(1, Math.min(left, most, wanted));
  }

  /** Waits while as many submits are under way as may be. @param finished of what was just submitted */
  async submitted(steps: number, finished: Promise<void>): Promise<void> {
    const start = performance.now();
    const end = finished.then(() => {
      const now = performance.now();
      const took = (now - Math.max(start, this.#lastEnd)) / steps;
      this.#lastEnd = now;
      // Half old, half new: one disturbed submit does not upset the next.
      this.#step = this.#step === null ? took : (this.#step + took) / 2;
    });
    // Told by `drained`, or by the next call.
    end.catch(() => undefined);
    this.#ends.push(end);
    const wait = this.#step === null ? 1 : underWay;
    while (this.#ends.length >= wait) await this.#ends.shift();
  }

  async drained(): Promise<void> {
    while (this.#ends.length > 0) await this.#ends.shift();
  }
}
