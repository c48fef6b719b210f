/** How far fetching, importing or verifying a data set has come. */
export interface AcquisitionProgress {
  readonly phase:
    | 'downloading'
    | 'unpacking'
    | 'converting'
    | 'verifying'
    | 'publishing'
    | 'reading'
    | 'fitting'
    | 'drawing'
    | 'deriving';
  /** The file in hand. */
  readonly file: string | null;
  readonly bytesDone: number;
  /** `null` where it cannot be told. */
  readonly bytesTotal: number | null;
  /** Over the last seconds; `null` until something can be said. */
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** Told the share of a piece of work that is done, 0 to 1. */
export type OnShare = (share: number) => void;

export interface Watching {
  /** Aborted with the reason `pause`, what was fetched is kept; with any other, it is removed. */
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: AcquisitionProgress): void;
}

/** Milliseconds between two reports, and over which the rate is taken. */
const reportEvery = 100;
const window = 5000;

/** Turns bytes that are done into reports with rate and time left, at most ten a second. */
export class Meter {
  readonly #report: ((progress: AcquisitionProgress) => void) | undefined;
  #phase: AcquisitionProgress['phase'] = 'downloading';
  #file: string | null = null;
  #total: number | null = null;
  #samples: { time: number; done: number }[] = [];
  #reported = Number.NEGATIVE_INFINITY;
  #late: NodeJS.Timeout | undefined;

  constructor(report: ((progress: AcquisitionProgress) => void) | undefined) {
    this.#report = report;
  }

  begin(phase: AcquisitionProgress['phase'], total: number | null, done = 0): void {
    this.end();
    this.#phase = phase;
    this.#total = total;
    this.#file = null;
    this.#samples = [{ time: performance.now(), done }];
    this.#reported = Number.NEGATIVE_INFINITY;
    this.at(done);
  }

  /** Nothing is told any more, not even what was too soon to be told. */
  end(): void {
    clearTimeout(this.#late);
  }

  /** Names the file in hand. */
  file(name: string): void {
    this.#file = name;
  }

  /** Counts what is done from nothing, piece by piece. */
  adding(): (bytes: number) => void {
    let done = 0;
    return (bytes) => {
      done += bytes;
      this.at(done);
    };
  }

  /** Bytes of the phase that are done by now. */
  at(done: number): void {
    const now = performance.now();
    clearTimeout(this.#late);
    if (now - this.#reported < reportEvery && done !== this.#total) {
      this.#late = setTimeout(() => this.at(done), reportEvery).unref();
      return;
    }
    this.#reported = now;
    this.#samples.push({ time: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[1]?.time ?? now) > window) this.#samples.shift();
    const first = this.#samples[0] as { time: number; done: number };
    const seconds = (now - first.time) / 1000;
    const rate = seconds >= 0.2 ? Math.max(0, (done - first.done) / seconds) : null;
    this.#report?.({
      phase: this.#phase,
      file: this.#file,
      bytesDone: done,
      bytesTotal: this.#total,
      bytesPerSecond: rate,
      etaSeconds: rate !== null && rate > 0 && this.#total !== null ? (this.#total - done) / rate : null,
    });
  }
}
