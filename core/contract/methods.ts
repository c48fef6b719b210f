import { z } from 'zod';
import { arrivals } from './arrivals.ts';
import { catalog } from './catalog.ts';
import { datasetMethods } from './datasets.ts';
import { runHealth } from './health.ts';
import { homeMethods } from './home.ts';
import { inspectMethods, weightsChoice } from './inspect.ts';
import { judgement, viewKinds } from './judgement.ts';
import { method } from './method.ts';
import {
  band,
  comparison,
  confusion,
  extremes,
  kernelFilm,
  kernelImages,
  modelDescription,
  runDetail,
  runSummary,
  series,
  snapshotKind,
} from './runs.ts';
import { settingsTable } from './settings.ts';
import { groupBootstrap, outcomes } from './significance.ts';
import { modelSource } from './specs.ts';
import { uploadMethods } from './uploads.ts';

/**
 * The one table of what a window may ask of the engine. Parameters are validated by the engine, results by the types;
 * Electron's IPC and the browser host's WebSocket both carry `{ id, method, params }` and `{ id, result | error }`.
 * Adding a method is one line here and its handler, which the compiler demands.
 */
const nothing = z.object({});
const one = z.object({ run: z.string() });
const many = z.object({ runs: z.array(z.string()).min(1) });

export const device = z.object({
  /** What `backend:` takes: `cpu`, `gpu:0`, `reference`. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['cpu', 'gpu', 'reference']),
  /** `native`, `reference`; of a GPU what Dawn reaches it through: `vulkan`, `metal`, `d3d12` */
  backend: z.string(),
  /** Of a GPU; empty where it is not known. */
  vendor: z.string(),
  /** A GPU that is computed on the processor: never chosen by `auto`. */
  software: z.boolean(),
  available: z.boolean(),
  /** Why it is not available, and what would help. */
  reason: z.string().nullable(),
  /** Of a GPU, by WebGPU's names (`maxBufferSize`), in bytes or counts. */
  limits: z.record(z.string(), z.number()),
  /** Of a GPU, by WebGPU's names (`subgroups`). */
  features: z.array(z.string()),
  details: z.record(z.string(), z.string()),
});
export type Device = z.infer<typeof device>;

export const queueEntry = z.object({
  run: z.string(),
  position: z.int(),
  status: z.enum(['queued', 'running']),
  /** What was asked for: `auto`, `gpu`, `gpu:1`, ... */
  backend: z.string(),
  /** What it was given: `cpu`, `gpu:0`. */
  device: z.string().nullable(),
});
export type QueueEntry = z.infer<typeof queueEntry>;

export const appInfo = z.object({
  version: z.string(),
  home: z.string(),
  platform: z.string(),
  node: z.string(),
  cpu: z.string(),
  cores: z.int(),
  simd: z.string(),
  storeBytes: z.int(),
});
export type AppInfo = z.infer<typeof appInfo>;

const issue = z.object({ path: z.string(), message: z.string() });
/** An experiment as the user edits it: YAML or JSON text, or the object itself. */
const experimentSource = z.union([z.object({ text: z.string() }), z.object({ config: z.unknown() })]);

export const validation = z.object({
  ok: z.boolean(),
  issues: z.array(issue),
  /** With defaults filled in, when `ok`. */
  config: z.unknown().optional(),
  yaml: z.string().optional(),
  runs: z.array(z.object({ name: z.string(), seed: z.int(), choices: z.record(z.string(), z.unknown()) })),
  model: modelDescription.optional(),
  /**
   * Learning rates of evenly spaced steps from the first to the last, of the first run, when `ok`;
   * `followsMetric` where the schedule lowers them further when a metric stops improving, which nobody knows beforehand.
   */
  course: z.object({ rates: z.array(z.number()), followsMetric: z.boolean() }).optional(),
  /** Estimated seconds per epoch on the chosen device; null before anything was measured. */
  secondsPerEpoch: z.number().nullable(),
  /** What one run leaves on disk, about: checkpoints and snapshots. Null where the data are not known yet. */
  diskBytes: z.number().nullable(),
  /** What does not stand in the way, but should be known: a device that is slow, or that is not there now. */
  warnings: z.array(z.string()),
});
export type Validation = z.infer<typeof validation>;

export const logLine = z.object({
  time: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
});

export const methods = {
  'app.info': method(nothing, appInfo),
  'catalog.get': method(nothing, catalog),
  'devices.list': method(nothing, z.array(device)),
  'settings.get': method(nothing, z.record(z.string(), z.unknown())),
  'settings.set': method(z.object({ values: z.record(z.string(), z.unknown()) }), nothing),

  'models.describe': method(
    z.object({ model: modelSource, batchSize: z.int().positive().optional() }),
    modelDescription,
  ),
  'experiments.validate': method(experimentSource, validation),
  'experiments.create': method(
    experimentSource,
    /** `warnings`: what should be known of the chosen devices. */
    z.object({ experimentId: z.string(), runs: z.array(z.string()), warnings: z.array(z.string()) }),
  ),

  'runs.list': method(z.object({ trashed: z.boolean().optional() }), z.array(runSummary)),
  /** Every key of the configurations, by which runs are filtered and grouped; of all runs that are not in the trash, or of some. */
  'runs.settings': method(z.object({ runs: z.array(z.string()).optional() }), settingsTable),
  'runs.get': method(one, runDetail),
  'runs.annotate': method(
    z.object({
      run: z.string(),
      name: z.string().min(1).max(200).optional(),
      notes: z.string().optional(),
      tags: z.array(z.string()).optional(),
      colour: z.int().nonnegative().optional(),
    }),
    runSummary,
  ),
  'runs.pause': method(one, nothing),
  /** `backend`: goes on there, for good, such as on `cpu` after a GPU was lost. */
  'runs.resume': method(z.object({ run: z.string(), backend: z.string().optional() }), nothing),
  'runs.stop': method(one, nothing),
  /** Trains a finished or stopped run for `epochs` more, from its last checkpoint. */
  'runs.extend': method(z.object({ run: z.string(), epochs: z.int().positive() }), nothing),
  /** `seeds` more runs of the same configuration, in the same experiment. */
  'runs.repeat': method(
    z.object({ run: z.string(), seeds: z.array(z.int().nonnegative()).min(1) }),
    z.object({ runs: z.array(z.string()) }),
  ),
  'runs.trash': method(many, nothing),
  'runs.restore': method(many, nothing),
  /** For good, files included. */
  'runs.delete': method(many, nothing),
  'runs.series': method(
    z.object({
      runs: z.array(z.string()),
      metrics: z.array(z.string()),
      maxPoints: z.int().positive().max(20_000).optional(),
      /** Step range of a zoomed view. */
      from: z.int().optional(),
      to: z.int().optional(),
    }),
    z.array(series),
  ),
  /** Of one metric, for the best value of any metric as a column. */
  'runs.extremes': method(
    z.object({ runs: z.array(z.string()).max(200), metric: z.string() }),
    z.array(extremes),
  ),
  'runs.bands': method(
    z.object({
      groups: z.array(z.object({ label: z.string(), runs: z.array(z.string()).min(1) })),
      metrics: z.array(z.string()),
      spread: z.enum(['deviation', 'error', 'ci95']).optional(),
    }),
    z.array(band),
  ),
  /** Of the test split where it was judged, unless another is asked for; of the last epoch by default. */
  'runs.confusion': method(
    z.object({
      run: z.string(),
      epoch: z.int().optional(),
      split: z.enum(['validation', 'test']).optional(),
    }),
    confusion.nullable(),
  ),
  'runs.health': method(one, runHealth),
  'runs.kernels': method(
    z.object({ run: z.string(), layer: z.string(), checkpoint: weightsChoice.optional() }),
    kernelImages,
  ),
  /** The first filters of a layer, at input maps `channels`, at epochs whose weights were kept. */
  'runs.kernelFilm': method(
    z.object({
      run: z.string(),
      layer: z.string(),
      epochs: z.array(z.int().nonnegative()).min(1).max(24),
      channels: z.array(z.int().nonnegative()).min(1).max(3),
      filters: z.int().positive().max(64),
    }),
    kernelFilm,
  ),
  /** What one run, or a committee of several, says of the test set, by default with the best weights; takes seconds. */
  'runs.judge': method(
    z.object({
      runs: z.array(z.string()).min(1).max(100),
      checkpoint: weightsChoice.optional(),
      views: z.enum(viewKinds).optional(),
    }),
    judgement,
  ),
  /**
   * Deletes snapshots of these kinds but those of every `every`-th epoch (null: of all); what was kept of the best epoch and
   * the last stays, and so do checkpoints. With `dryRun` only tells what would go.
   */
  'runs.cleanUp': method(
    z.object({
      run: z.string(),
      kinds: z.array(snapshotKind).min(1),
      every: z.int().positive().nullable(),
      dryRun: z.boolean().optional(),
    }),
    z.object({ files: z.int(), bytes: z.int() }),
  ),
  'runs.log': method(z.object({ run: z.string(), tail: z.int().positive().optional() }), z.array(logLine)),
  /** The file's bytes in base64, for the window to save. */
  'runs.export': method(
    z.object({
      run: z.string(),
      format: z.enum(['safetensors', 'csv']),
      checkpoint: weightsChoice.optional(),
    }),
    z.object({ name: z.string(), mediaType: z.string(), data: z.string() }),
  ),
  'runs.compare': method(
    z.object({
      runs: z.array(z.string()).min(1),
      /**
       * Dotted configuration paths; by default the grid's, else the paths that differ other than the seed. `runs` makes every run a
       * group of its own, called by its name.
       */
      groupBy: z.union([z.literal('runs'), z.array(z.string())]).optional(),
      target: z.object({ metric: z.string(), value: z.number() }).optional(),
    }),
    comparison,
  ),
  /**
   * Bootstrap intervals by one outcome for the pairs of groups that `runs.compare` tests, in its order; apart from it
   * because they take ten thousand draws a pair. `runs` are the counted ones of each group.
   */
  'runs.bootstrap': method(
    z.object({
      groups: z.array(z.object({ label: z.string(), runs: z.array(z.string()) })),
      outcome: z.enum(outcomes),
      target: z.object({ metric: z.string(), value: z.number() }),
    }),
    z.array(groupBootstrap),
  ),
  /** When runs first came to a value of a metric: at least it, or of a loss at most it. */
  'runs.arrivals': method(
    z.object({
      groups: z.array(z.object({ label: z.string(), runs: z.array(z.string()).min(1) })),
      metric: z.string(),
      value: z.number(),
    }),
    arrivals,
  ),

  'queue.list': method(nothing, z.array(queueEntry)),
  'queue.move': method(z.object({ run: z.string(), position: z.int().nonnegative() }), nothing),

  ...datasetMethods,
  ...homeMethods,
  ...inspectMethods,
  ...uploadMethods,
} as const;

export type Methods = typeof methods;
export type MethodName = keyof Methods;
export type Params<M extends MethodName> = z.input<Methods[M]['params']>;
export type ParsedParams<M extends MethodName> = z.output<Methods[M]['params']>;
export type Result<M extends MethodName> = z.output<Methods[M]['result']>;

/** One handler per method, demanded by the compiler. */
export type Handlers = { [M in MethodName]: (params: ParsedParams<M>) => Result<M> | Promise<Result<M>> };
