import { availableParallelism } from 'node:os';
import type { Backend } from '../../backends/backend.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../train/experiment.ts';
import { train } from '../../train/loop.ts';
import { start } from '../../train/position.ts';
import { findPresetExperiment } from '../../train/preset-experiments.ts';
import { openSession } from '../../train/session.ts';
import { closely, type Piece, recording } from './record.ts';

export const activations = ['sigmoid', 'relu'] as const;
type Activation = (typeof activations)[number];

/** LeNet-5's preset for this many epochs. */
const epochs = 2;

/**
 * How far two devices may come apart that train the same network from the same seed. Rounding differs, and kinks make
 * ReLU's runs drift: there the accuracy counts, and the losses are told.
 */
export const bounds = { firstSteps: 1e-3, reports: 0.01, accuracyPoints: 0.3 } as const;

/** One device's training. */
interface Trace {
  readonly samples: number;
  readonly pieces: readonly Piece[];
  /** On the test set after the last epoch. */
  readonly accuracy: number;
  readonly seconds: number;
}

/** How far the two are apart so far, while the second one still trains. */
export interface Progress {
  readonly activation: Activation;
  readonly step: number;
  readonly steps: number;
  /** As of `Agreement`. */
  readonly firstSteps: number;
  readonly reports: number;
}

export interface Agreement {
  readonly activation: Activation;
  /** Training samples of an epoch. */
  readonly samples: number;
  /** Largest relative difference of the loss over the first twenty steps, one by one. */
  readonly firstSteps: number;
  /** Largest relative difference of the epoch's running mean, over all reports. */
  readonly reports: number;
  readonly reportCount: number;
  /** On the test set, fractions. */
  readonly accuracy: { readonly cpu: number; readonly other: number };
  readonly seconds: { readonly cpu: number; readonly other: number };
  readonly agrees: boolean;
}

export interface Comparison {
  readonly activation: Activation;
  /** Data folder. */
  readonly home: string;
  /** Training samples of an epoch at most; null for all. */
  readonly samples: number | null;
  readonly cpu: Backend;
  readonly other: Backend;
  readonly progress: (progress: Progress) => void;
}

/** Trains LeNet-5 on MNIST on both, and compares what they report on the way. */
export async function compareTraining(of: Comparison): Promise<Agreement> {
  const { activation, cpu, other, progress } = of;
  const config = await configOf(activation);
  const expected = await trace(config, of, cpu, () => undefined);
  const steps = expected.pieces.at(-1)?.step ?? 0;
  const found = await trace(config, of, other, (pieces) => {
    const step = pieces.at(-1)?.step ?? 0;
    if (step >= closely) progress({ activation, step, steps, ...apart(expected.pieces, pieces) });
  });
  if (expected.pieces.length !== found.pieces.length) {
    throw new Error('the two were not looked at after the same steps');
  }
  const { firstSteps, reports } = apart(expected.pieces, found.pieces);
  const accuracy = { cpu: expected.accuracy, other: found.accuracy };
  const points = 100 * Math.abs(accuracy.cpu - accuracy.other);
  const whole = activation === 'sigmoid' ? reports <= bounds.reports : points <= bounds.accuracyPoints;
  return {
    activation,
    samples: expected.samples,
    firstSteps,
    reports,
    reportCount: expected.pieces.length,
    accuracy,
    seconds: { cpu: expected.seconds, other: found.seconds },
    agrees: firstSteps <= bounds.firstSteps && whole,
  };
}

async function configOf(activation: Activation): Promise<RunConfig> {
  const preset = (await findPresetExperiment('lenet-5')) as { model: object; train: object };
  const model = { ...preset.model, options: { activation } };
  const experiment = parseExperiment({
    config: { ...preset, model, train: { ...preset.train, epochs } },
  });
  return expandExperiment(experiment)[0] as RunConfig;
}

async function trace(
  config: RunConfig,
  { home, samples }: Comparison,
  backend: Backend,
  noted: (pieces: readonly Piece[]) => void,
): Promise<Trace> {
  const session = await openSession(config, { home, backend, threads: availableParallelism() });
  const { train: all } = session.splits;
  const indices = all.indices.subarray(0, samples ?? all.indices.length);
  const splits = { ...session.splits, train: { ...all, indices } };
  const stepsPerEpoch = Math.ceil(indices.length / config.train.batchSize);
  const { program, pieces } = recording(session.program, stepsPerEpoch, noted);
  const began = performance.now();
  let accuracy = Number.NaN;
  await train({ ...session, program, splits }, start, {
    requested: () => null,
    report: () => undefined,
    evaluated({ evaluations }) {
      accuracy = evaluations.find(({ split }) => split === 'test')?.accuracy ?? Number.NaN;
    },
    checkpoint: async () => undefined,
  });
  session.program.dispose();
  return { samples: indices.length, pieces, accuracy, seconds: (performance.now() - began) / 1000 };
}

/** Over the pieces that both have. */
function apart(expected: readonly Piece[], found: readonly Piece[]) {
  return {
    firstSteps: largestDifference(meansOf(expected), meansOf(found).slice(0, closely)),
    reports: largestDifference(runningMeans(expected), runningMeans(found)),
  };
}

const meansOf = (pieces: readonly Piece[]) => pieces.map(({ lossSum, samples }) => lossSum / samples);

/** As a run reports it: the mean over the epoch so far. */
function runningMeans(pieces: readonly Piece[]): number[] {
  let [epoch, lossSum, samples] = [0, 0, 0];
  return pieces.map((piece) => {
    if (piece.epoch !== epoch) [epoch, lossSum, samples] = [piece.epoch, 0, 0];
    lossSum += piece.lossSum;
    samples += piece.samples;
    return lossSum / samples;
  });
}

function largestDifference(expected: readonly number[], found: readonly number[]): number {
  const differences = found.map((value, i) => {
    const wanted = expected[i] ?? Number.NaN;
    return Math.abs(value - wanted) / Math.abs(wanted);
  });
  return Math.max(0, ...differences);
}
