import { setImmediate } from 'node:timers/promises';
import type { TrainReport } from '../backends/backend.ts';
import { ConvolabError } from '../contract/errors.ts';
import { epochOrder } from '../data/order.ts';
import { averageDecay, judgedParameters } from './averaging.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { Pacer } from './pacer.ts';
import type { EpochMetrics, Position } from './position.ts';
import { rateAt } from './schedules/index.ts';
import type { Session, SplitName } from './session.ts';
import { seriesOf, stopReason } from './stopping.ts';

/** One measured number at one moment of a run. */
export interface Point {
  readonly metric: string;
  readonly step: number;
  /** Fractional inside an epoch. */
  readonly epoch: number;
  readonly seconds: number;
  /** May be infinite or not a number. */
  readonly value: number;
}

export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
  readonly imagesPerSecond: number | null;
}

export interface EpochResult {
  /** Finished epochs, this one included. */
  readonly epoch: number;
  readonly step: number;
  readonly seconds: number;
  readonly evaluations: readonly Evaluation[];
}

export type Outcome = 'finished' | 'paused' | 'stopped';

/** Whoever runs the loop: told what happens, asked whether to go on. */
export interface Observer {
  requested(): 'pause' | 'stop' | null;
  report(points: readonly Point[], progress: Progress): void;
  evaluated(result: EpochResult): void;
  /** The state is to be kept; `complete` at the end of an epoch, else amid one. */
  checkpoint(position: Position, complete: boolean): Promise<void>;
  /** The training ends before its last epoch, for this reason. */
  endsEarly?(reason: string): void;
}

/** Milliseconds between two reports of the running means. */
const reportEvery = 200;
/**
 * Share of an epoch that a running mean is taken over before it is reported: the mean of a few batches is an outlier in
 * the curve. Not so in the first epoch, where the loss falls from batch to batch and somebody waits for the first point.
 */
const leastAveraged = 0.05;

/**
 * Trains a session from a position to the end of its last epoch, or until asked to pause or stop. Whatever the calls
 * are cut into, the parameters come out the same to the bit.
 * @throws `train.non-finite` naming step and layer; whatever the observer's checkpoint throws
 */
export async function train(session: Session, from: Position, observer: Observer): Promise<Outcome> {
  return new Training(session, from, observer).run();
}

class Training {
  readonly #session: Session;
  readonly #observer: Observer;
  readonly #pacer: Pacer;
  readonly #batchSize: number;
  readonly #stepsPerEpoch: number;
  #position: Position;
  #resumed = performance.now();
  /** Of the steps since the last report; the first call warms up caches and threads, and is not measured. */
  #pace = { warm: false, samples: 0, milliseconds: 0, imagesPerSecond: null as number | null };
  /** The first batch is told of at once: somebody waits for it. */
  #reported = Number.NEGATIVE_INFINITY;

  constructor(session: Session, from: Position, observer: Observer) {
    this.#session = session;
    this.#observer = observer;
    this.#position = from;
    this.#batchSize = session.config.train.batchSize;
    this.#stepsPerEpoch = Math.ceil(session.splits.train.indices.length / this.#batchSize);
    this.#pacer = new Pacer(1, this.#stepsPerEpoch);
  }

  async run(): Promise<Outcome> {
    while (this.#position.epoch < this.#session.config.train.epochs) {
      const done = (await this.#steps()) && (await this.#finishEpoch());
      if (!done) return this.#leave();
      if (this.#endsEarly()) break;
    }
    return 'finished';
  }

  #endsEarly(): boolean {
    const { epochs, earlyStopping, select } = this.#session.config.train;
    if (this.#position.epoch >= epochs) return false;
    const reason = stopReason(earlyStopping, this.#position.history, select);
    if (reason !== null) this.#observer.endsEarly?.(reason);
    return reason !== null;
  }

  /** Trains the rest of the epoch. False when asked to leave. */
  async #steps(): Promise<boolean> {
    const { config, splits } = this.#session;
    const order = epochOrder(splits.train.indices, config.seed, this.#position.epoch);
    while (this.#position.stepInEpoch < this.#stepsPerEpoch) {
      if (this.#observer.requested()) return false;
      await this.#chunk(order);
      const due = performance.now() - this.#reported >= reportEvery;
      if (due || this.#position.stepInEpoch === this.#stepsPerEpoch) this.#report();
      // Lets messages in even where the backend works on this very thread.
      await setImmediate();
    }
    return true;
  }

  async #chunk(order: Uint32Array): Promise<void> {
    const first = this.#position.stepInEpoch;
    const steps = this.#pacer.next(this.#stepsPerEpoch - first);
    const before = performance.now();
    const report = await this.#session.program.train('train', {
      order: order.subarray(first * this.#batchSize, (first + steps) * this.#batchSize),
      batchSize: this.#batchSize,
      rates: Float32Array.from({ length: steps }, (_, i) => this.#rate(first + i)),
      moment: { seed: this.#session.config.seed, step: this.#position.step },
      epoch: this.#position.epoch,
      lossSum: this.#position.lossSum,
    });
    const milliseconds = performance.now() - before;
    this.#pacer.measured(steps, milliseconds);
    if (this.#pace.warm) {
      this.#pace.samples += report.samples;
      this.#pace.milliseconds += milliseconds;
    }
    this.#pace.warm = true;
    this.#count(steps, report);
  }

  #rate(stepInEpoch: number): number {
    const { optimizer, schedule, epochs, select } = this.#session.config.train;
    const done = this.#position.epoch + stepInEpoch / this.#stepsPerEpoch;
    const history = seriesOf(this.#position.history, select.metric);
    return rateAt(schedule, optimizer.lr, done, epochs, { history, direction: select.direction });
  }

  #count(steps: number, report: TrainReport): void {
    const { stepInEpoch, step, samples, correct } = this.#position;
    if (report.nonFinite !== null) throw this.#nonFinite(step + report.nonFinite.step + 1, report.nonFinite);
    this.#position = {
      ...this.#position,
      stepInEpoch: stepInEpoch + steps,
      step: step + steps,
      samples: samples + report.samples,
      lossSum: report.lossSum,
      correct: correct + report.correct,
    };
  }

  #nonFinite(step: number, { layer }: { readonly layer: string }): ConvolabError {
    const epoch =
      this.#position.epoch + (step - this.#position.step + this.#position.stepInEpoch) / this.#stepsPerEpoch;
    const point = { metric: 'train/loss', step, epoch, seconds: this.#seconds(), value: Number.NaN };
    this.#observer.report([point], this.#progress());
    return new ConvolabError(
      'train.non-finite',
      `Step ${step} (epoch ${Math.floor(epoch) + 1}) came to a number that is not finite, first in layer ${layer}.`,
      {
        subject: layer,
        hint: 'Lower the learning rate, or scale the input; the run can be cloned with another rate.',
      },
    );
  }

  #report(): void {
    const { epoch, stepInEpoch, samples, lossSum, correct } = this.#position;
    if (this.#pace.milliseconds > 0) {
      this.#pace.imagesPerSecond = (1000 * this.#pace.samples) / this.#pace.milliseconds;
    }
    const values: Record<string, number> = { 'train/rate': this.#rate(stepInEpoch - 1) };
    if (epoch === 0 || stepInEpoch >= leastAveraged * this.#stepsPerEpoch) {
      values['train/loss'] = lossSum / samples;
      values['train/accuracy'] = correct / samples;
    }
    if (this.#pace.imagesPerSecond !== null) values['train/images-per-second'] = this.#pace.imagesPerSecond;
    this.#pace.samples = 0;
    this.#pace.milliseconds = 0;
    this.#reported = performance.now();
    this.#observer.report(this.#points(values), this.#progress());
  }

  #points(values: Readonly<Record<string, number>>): Point[] {
    const { step } = this.#position;
    const epoch = this.#epoch();
    const seconds = this.#seconds();
    return Object.entries(values).map(([metric, value]) => ({ metric, step, epoch, seconds, value }));
  }

  /** Evaluates and keeps. False when asked to leave before it was all done. */
  async #finishEpoch(): Promise<boolean> {
    const evaluations = await this.#evaluate();
    if (evaluations === null) return false;
    const { epoch, step, history } = this.#position;
    this.#position = {
      ...this.#position,
      history: [...history, this.#metrics(evaluations)],
      epoch: epoch + 1,
      stepInEpoch: 0,
      samples: 0,
      lossSum: 0,
      correct: 0,
    };
    this.#observer.evaluated({ epoch: epoch + 1, step, seconds: this.#seconds(), evaluations });
    await this.#keep(true);
    // Last: whoever sees that the epoch is over finds all of it in its place.
    this.#observer.report([], this.#progress());
    this.#reported = performance.now();
    return true;
  }

  /** Of the weights that are judged: their average, where one is kept for it. Null when asked to leave meanwhile. */
  async #evaluate(): Promise<Evaluation[] | null> {
    const { program, config } = this.#session;
    const evaluations: Evaluation[] = [];
    const trained = averageDecay(config.train.average) === undefined ? null : await program.state();
    if (trained) {
      const parameters = judgedParameters(trained, config.train.average);
      program.setState({ parameters, optimizer: trained.optimizer });
    }
    try {
      for (const split of this.#evaluated()) {
        const evaluation = await evaluate(this.#session, split, () => this.#observer.requested() !== null);
        if (evaluation === null) return null;
        evaluations.push(evaluation);
      }
    } finally {
      if (trained) program.setState(trained);
    }
    return evaluations;
  }

  /** What there is to know of the epoch that has just been trained. */
  #metrics(evaluations: readonly Evaluation[]): EpochMetrics {
    const { samples, lossSum, correct } = this.#position;
    const metrics: Record<string, number> = {
      'train/loss': lossSum / samples,
      'train/accuracy': correct / samples,
    };
    for (const { split, loss, accuracy } of evaluations) {
      metrics[`${split}/loss`] = loss;
      metrics[`${split}/accuracy`] = accuracy;
    }
    return Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
    );
  }

  #evaluated(): SplitName[] {
    return this.#session.splits.validation.indices.length > 0 ? ['validation', 'test'] : ['test'];
  }

  async #leave(): Promise<Outcome> {
    const outcome = this.#observer.requested() === 'stop' ? 'stopped' : 'paused';
    if (this.#position.stepInEpoch > 0) {
      if (performance.now() > this.#reported) this.#report();
      await this.#keep(false);
    }
    return outcome;
  }

  async #keep(complete: boolean): Promise<void> {
    this.#position = { ...this.#position, seconds: this.#seconds() };
    this.#resumed = performance.now();
    await this.#observer.checkpoint(this.#position, complete);
  }

  #epoch(): number {
    return this.#position.epoch + this.#position.stepInEpoch / this.#stepsPerEpoch;
  }

  #seconds(): number {
    return this.#position.seconds + (performance.now() - this.#resumed) / 1000;
  }

  #progress(): Progress {
    const { step } = this.#position;
    const { imagesPerSecond } = this.#pace;
    return { epoch: this.#epoch(), step, seconds: this.#seconds(), imagesPerSecond };
  }
}
