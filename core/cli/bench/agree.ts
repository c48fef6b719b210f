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
  readonly pieces: readonly Piece[];
  /** On the test set after the last epoch. */
  readonly accuracy: number;
  readonly seconds: number;
}

export interface Agreement {
  readonly activation: Activation;
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

/** Trains LeNet-5 on MNIST on both, and compares what they report on the way. */
export async function compareTraining(
  activation: Activation,
  home: string,
  cpu: Backend,
  other: Backend,
): Promise<Agreement> {
  const config = await configOf(activation);
  const [expected, found] = [await trace(config, home, cpu), await trace(config, home, other)];
  const first = largestDifference(meansOf(expected.pieces), meansOf(found.pieces), closely);
  const reports = largestDifference(runningMeans(expected.pieces), runningMeans(found.pieces));
  const accuracy = { cpu: expected.accuracy, other: found.accuracy };
  const points = 100 * Math.abs(accuracy.cpu - accuracy.other);
  const whole = activation === 'sigmoid' ? reports <= bounds.reports : points <= bounds.accuracyPoints;
  return {
    activation,
    firstSteps: first,
    reports,
    reportCount: expected.pieces.length,
    accuracy,
    seconds: { cpu: expected.seconds, other: found.seconds },
    agrees: first <= bounds.firstSteps && whole,
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

async function trace(config: RunConfig, home: string, backend: Backend): Promise<Trace> {
  const session = await openSession(config, { home, backend, threads: availableParallelism() });
  const stepsPerEpoch = Math.ceil(session.splits.train.indices.length / config.train.batchSize);
  const { program, pieces } = recording(session.program, stepsPerEpoch);
  const began = performance.now();
  let accuracy = Number.NaN;
  await train({ ...session, program }, start, {
    requested: () => null,
    report: () => undefined,
    evaluated({ evaluations }) {
      accuracy = evaluations.find(({ split }) => split === 'test')?.accuracy ?? Number.NaN;
    },
    checkpoint: async () => undefined,
  });
  session.program.dispose();
  return { pieces, accuracy, seconds: (performance.now() - began) / 1000 };
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

function largestDifference(
  expected: readonly number[],
  found: readonly number[],
  count = Number.POSITIVE_INFINITY,
) {
  if (expected.length !== found.length) throw new Error('the two were not looked at after the same steps');
  const differences = expected.map((value, i) => Math.abs((found[i] as number) - value) / Math.abs(value));
  return differences.slice(0, count).reduce((largest, one) => Math.max(largest, one), 0);
}
