/** A call into the backend takes about this long: short enough to answer to, long enough to cost nothing. */
const target = 150;

/** Chooses how much to do per call so that each takes about `target` milliseconds on whatever device this is. */
export class Pacer {
  #amount: number;
  readonly #largest: number;

  constructor(first: number, largest: number) {
    this.#amount = first;
    this.#largest = largest;
  }

  /** Amount for the next call, of what is left. */
  next(left: number): number {
    return Math.min(left, Math.max(1, Math.round(this.#amount)));
  }

  /** Learns from a call; grows at most fourfold at a time, so that one lucky measurement cannot block for long. */
  measured(amount: number, milliseconds: number): void {
    const wanted = (amount * target) / Math.max(milliseconds, 0.01);
    this.#amount = Math.min(this.#largest, Math.max(1, Math.min(wanted, amount * 4)));
  }
}
