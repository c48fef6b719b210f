/** Milliseconds between two looks. Looks are counted, not time: a machine that slept has missed none. */
const lookEvery = 1000;

/** Calls once, with the seconds, when nothing was heard for so many of them. */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;
  #silence = 0;
  #patience: number;

  constructor(seconds: number, silent: (seconds: number) => void) {
    this.#patience = seconds;
    this.#timer = setInterval(() => {
      this.#silence++;
      if (this.#silence <= this.#patience) return;
      this.stop();
      silent(this.#patience);
    }, lookEvery);
    this.#timer.unref();
  }

  heard(): void {
    this.#silence = 0;
  }

  /** From now on. */
  expectWithin(seconds: number): void {
    this.#patience = seconds;
    this.#silence = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
