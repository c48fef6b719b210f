/** A call into the backend takes about this long: short enough to answer to, long enough to cost nothing. */
const target = 150;

/** Chooses how much to do per call so that each takes about `target` milliseconds on whatever device this is. */
export class Pacer {
  readonly #unit: number;
  readonly #largest: number;
  #amount: number;

  /** @param unit amounts are whole multiples of it: a part of a batch takes as long as all of it */
  constructor(unit: number, largest: number) {
    this.#unit = unit;
    this.#largest = Math.max(unit, largest);
    this.#amount = unit;
  }

  /** Amount for the next call, of what is left. */
  next(left: number): number {
    return Math.min(left, this.#amount);
  }

  /** Learns from a call; grows at most fourfold at a time, so that one lucky measurement cannot block for long. */
  measured(amount: number, milliseconds: number): void {
    const wanted = (amount * target) / Math.max(milliseconds, 0.01);
    const units = Math.floor(Math.min(this.#largest, wanted, amount * 4) / this.#unit);
    this.#amount = this.#unit * Math.max(1, units);
  }
}
