import { z } from 'zod';
import { classScores } from './class-scores.ts';
import { groupDifference } from './significance.ts';
import { statistic } from './statistic.ts';
import { tensorPayload } from './tensor.ts';

export const runStatus = z.enum([
  'queued',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'interrupted',
]);
export type RunStatus = z.infer<typeof runStatus>;

export const errorJson = z.object({
  code: z.string(),
  message: z.string(),
  subject: z.string().optional(),
  hint: z.string().optional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** One row of the run list. Accuracies are fractions 0..1, times are seconds, dates ISO 8601 in UTC. */
export const runSummary = z.object({
  id: z.string(),
  experimentId: z.string(),
  experimentName: z.string(),
  name: z.string(),
  status: runStatus,
  /** Index into the colour-blind-safe palette, fixed when the run is made; 10 and above are dashed. */
  colour: z.int().nonnegative(),
  seed: z.int(),
  /** The grid's choices of this run, e.g. `{ 'model.options.activation': 'relu' }`. */
  choices: z.record(z.string(), z.unknown()),
  device: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /**
   * When it trained without a pause, oldest first: its seconds of training at the start of the stretch, and the time of
   * day in milliseconds since 1970. Empty where that is not known.
   */
  stretches: z.array(z.tuple([z.number(), z.number()])),
  /** Finished epochs, of `epochs`; fractional while one is under way. */
  epoch: z.number(),
  epochs: z.int(),
  step: z.int(),
  /** Seconds spent training, pauses left out. */
  seconds: z.number(),
  imagesPerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  /** Value of `bestMetric` at its best epoch; null before the first evaluation. */
  best: z.number().nullable(),
  bestMetric: z.string(),
  bestEpoch: z.int().nullable(),
  /** Finished epochs of the last checkpoint: what can be looked at reaches up to here. */
  checkpointEpoch: z.int().nullable(),
  /** True where "best" was chosen by looking at the test set: said wherever it is shown. */
  selectedOnTest: z.boolean(),
  /** Test accuracy of the best checkpoint. */
  test: z.number().nullable(),
  testCorrect: z.int().nullable(),
  testCount: z.int().nullable(),
  /** Last value of every metric. */
  last: z.record(z.string(), z.number()),
  notes: z.string(),
  tags: z.array(z.string()),
  error: errorJson.nullable(),
  /** Why it ended before its last epoch (early stopping), in words; null where it did not. */
  ending: z.string().nullable(),
  trashed: z.boolean(),
});
export type RunSummary = z.infer<typeof runSummary>;

export const layerDescription = z.object({
  id: z.string(),
  type: z.string(),
  from: z.array(z.string()),
  /** Per sample: [channels, height, width] or [units]. */
  shape: z.array(z.int()),
  parameters: z.int(),
  /** Floating-point operations of one forward pass of one sample (a multiply-add is two). */
  flops: z.number(),
  activation: z.string().optional(),
  /** What one output pixel sees of the layer before it: [height, width], step and padding. Layers without one see it all, or one pixel. */
  window: z.object({ size: z.tuple([z.int(), z.int()]), stride: z.int(), pad: z.int() }).optional(),
});

export const modelDescription = z.object({
  name: z.string(),
  input: z.array(z.int()),
  layers: z.array(layerDescription),
  parameters: z.int(),
  flops: z.number(),
  /** Bytes one training step needs at this batch size, beyond the data. */
  memoryBytes: z.number(),
});
export type ModelDescription = z.infer<typeof modelDescription>;

export const checkpointSummary = z.object({
  epoch: z.int(),
  step: z.int(),
  bytes: z.int(),
  best: z.boolean(),
  last: z.boolean(),
});

/** What is kept of an epoch besides checkpoints. */
export const snapshotKind = z.enum(['weights', 'predictions', 'health']);
export type SnapshotKind = z.infer<typeof snapshotKind>;

/** The epochs that can be looked back at, ascending. */
export const keptEpochs = z.object({
  /** Whose weights are kept, in a snapshot or a checkpoint. */
  weights: z.array(z.int()),
  /** Whose every prediction is kept. */
  predictions: z.array(z.int()),
  /** Whose layer health is kept. */
  health: z.array(z.int()),
  /** Bytes on disk: of all snapshots, and of each kind. */
  bytes: z.int(),
  sizes: z.record(snapshotKind, z.int()),
});
export type KeptEpochs = z.infer<typeof keptEpochs>;

export const runDetail = z.object({
  summary: runSummary,
  /** The complete, resolved configuration of this one run. */
  config: z.unknown(),
  yaml: z.string(),
  /** The command that repeats this run. */
  command: z.string(),
  environment: z.record(z.string(), z.string().nullable()),
  model: modelDescription,
  checkpoints: z.array(checkpointSummary),
  kept: keptEpochs,
  diskBytes: z.int(),
  /** Names of every metric that has points. */
  metrics: z.array(z.string()),
});
export type RunDetail = z.infer<typeof runDetail>;

/** A curve as drawn: parallel arrays, down-sampled so that every bucket keeps its minimum and maximum. */
export const series = z.object({
  run: z.string(),
  metric: z.string(),
  steps: z.array(z.int()),
  epochs: z.array(z.number()),
  /** Training seconds since the start of the run. */
  seconds: z.array(z.number()),
  /** null stands for a value that is not finite (JSON has none); it is marked, not dropped. */
  values: z.array(z.number().nullable()),
  /** Points in the store before down-sampling. */
  total: z.int(),
});
export type Series = z.infer<typeof series>;

export const confusion = z.object({
  run: z.string(),
  epoch: z.int(),
  split: z.string(),
  /** Those that the run was judged on. */
  splits: z.array(z.string()),
  classes: z.array(z.string()),
  /** Rows true, columns predicted; counts. */
  counts: z.array(z.array(z.int())),
  /** In the order of the classes. */
  perClass: z.array(classScores),
});
export type Confusion = z.infer<typeof confusion>;

export const kernelImages = z.object({
  run: z.string(),
  epoch: z.int(),
  layer: z.string(),
  parameter: z.string(),
  /** Conv weights [out, in, kh, kw], dense weights [out, in]. */
  weights: tensorPayload,
  minimum: z.number(),
  maximum: z.number(),
});
export type KernelImages = z.infer<typeof kernelImages>;

/** Some kernels of a layer at several epochs. */
export const kernelFilm = z.object({
  run: z.string(),
  layer: z.string(),
  epochs: z.array(z.int()),
  /** f32 [epochs, filters, channels, kh, kw]; of a dense layer the weights of its units as pictures of what it looks at. */
  weights: tensorPayload,
  minimum: z.number(),
  maximum: z.number(),
});
export type KernelFilm = z.infer<typeof kernelFilm>;

export const comparison = z.object({
  runs: z.array(z.string()),
  /** Configuration keys that differ between the runs: dotted path, then the value per run (same order). */
  differences: z.array(z.object({ path: z.string(), values: z.array(z.unknown()) })),
  /** Empty where every run stands for itself. */
  groupBy: z.array(z.string()),
  target: z.object({ metric: z.string(), value: z.number() }),
  groups: z.array(
    z.object({
      /** The group's values of the keys in `groupBy`, e.g. `{ 'model.options.activation': 'relu' }`. */
      key: z.record(z.string(), z.unknown()),
      label: z.string(),
      runs: z.array(z.string()),
      /** Those of `runs` that all figures are taken over: ended, evaluated, every seed of a configuration once. */
      counted: z.array(z.string()),
      /** Different seeds among them. */
      seeds: z.int(),
      /** Seeds that were trained more than once: the run that is counted, and those that are not. */
      repeats: z.array(
        z.object({
          seed: z.int(),
          counted: z.string(),
          left: z.array(z.string()),
          /** Whether best or test of any of them is not that of the counted run. */
          differ: z.boolean(),
        }),
      ),
      /** Configuration keys besides the seed in which the counted runs differ: spread is then not of seeds alone. */
      mixed: z.array(z.string()),
      /** Those of `counted` that have not finished, and stand in the figures with what they came to. */
      unfinished: z.array(z.string()),
      best: statistic,
      /** Empty where its runs were selected by different metrics: their bests have no mean. */
      bestMetric: z.string(),
      bestEpoch: statistic,
      test: statistic,
      /** Over the counted runs that reached the target; `reached` of `counted.length` did. */
      epochsToTarget: statistic,
      secondsToTarget: statistic,
      reached: z.int(),
      /** True where any of its bests was chosen on the test set. */
      selectedOnTest: z.boolean(),
    }),
  ),
  /** Every pair of groups by every outcome that both have; empty where there are too many groups to take in. */
  significance: z.array(groupDifference),
});
export type Comparison = z.infer<typeof comparison>;

const extreme = z.object({ value: z.number(), epoch: z.number() }).nullable();

/** The least and the greatest value that a run's metric ever had, and at which epoch; null without a finite one. */
export const extremes = z.object({ run: z.string(), least: extreme, most: extreme });
export type Extremes = z.infer<typeof extremes>;

/** Mean and band of one metric over a group's runs, on the epochs that all of them have; `steps` and `seconds` are means too. */
export const band = z.object({
  label: z.string(),
  metric: z.string(),
  epochs: z.array(z.number()),
  steps: z.array(z.number()),
  seconds: z.array(z.number()),
  mean: z.array(z.number()),
  low: z.array(z.number()),
  high: z.array(z.number()),
  count: z.array(z.int()),
});
export type Band = z.infer<typeof band>;
