import { z } from 'zod';
import type { ChosenDevice } from '../backends/choice.ts';
import { errorJson, snapshotKind } from '../contract/runs.ts';
import type { RunConfig } from '../train/experiment.ts';

/**
 * What an engine and a worker say to each other over the worker's IPC channel, validated on both sides. The worker
 * touches neither the store nor the queue: what it measures it sends, and the engine, the one writer, writes it. So a
 * worker that is killed, or loses its engine, can leave nothing half-written but a checkpoint's temporary file.
 */
export const job = z.object({
  run: z.string(),
  home: z.string(),
  /** `runs/<id>` */
  folder: z.string(),
  /** A `RunConfig`: written by this program, read from its store. */
  config: z.custom<RunConfig>((value) => typeof value === 'object' && value !== null),
  device: z.custom<ChosenDevice>((value) => typeof value === 'object' && value !== null),
  threads: z.int().positive(),
  /** Where to go on from. */
  checkpoint: z.object({ file: z.string(), sha256: z.string() }).nullable(),
});
export type Job = z.infer<typeof job>;

export const toWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), job }),
  /** Checkpoint, then end. */
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('stop') }),
]);
export type ToWorker = z.infer<typeof toWorker>;

const point = z.object({
  metric: z.string(),
  step: z.int(),
  epoch: z.number(),
  seconds: z.number(),
  /** null stands for a value that is not finite. */
  value: z.number().nullable(),
});

export const progress = z.object({
  epoch: z.number(),
  step: z.int(),
  seconds: z.number(),
  imagesPerSecond: z.number().nullable(),
});

export const checkpointMessage = z.object({
  type: z.literal('checkpoint'),
  /** Inside the run's folder. */
  file: z.string(),
  epoch: z.int(),
  step: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});

export const snapshotMessage = z.object({
  type: z.literal('snapshot'),
  kind: snapshotKind,
  /** Inside the run's folder. */
  file: z.string(),
  epoch: z.int(),
  step: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  /** Those of this kind whose epoch is a multiple of it stay. */
  every: z.int().positive(),
});

export const fromWorker = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    device: z.string(),
    environment: z.record(z.string(), z.string().nullable()),
  }),
  z.object({
    type: z.literal('report'),
    points: z.array(point),
    progress,
    /** Of this process: resident bytes, and cores kept busy since the last report. */
    usage: z.object({ memoryBytes: z.int(), cores: z.number() }),
  }),
  z.object({
    type: z.literal('evaluated'),
    epoch: z.int(),
    step: z.int(),
    seconds: z.number(),
    evaluations: z.array(
      z.object({
        split: z.string(),
        count: z.int(),
        correct: z.int(),
        loss: z.number().nullable(),
        accuracy: z.number(),
        top5: z.number().nullable(),
        /** [true][predicted], row-major. */
        confusion: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
      }),
    ),
  }),
  checkpointMessage,
  snapshotMessage,
  /** Getting on, at most once a second: between reports there may be none of the others for long. */
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('log'), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  z.object({
    type: z.literal('ended'),
    outcome: z.enum(['finished', 'paused', 'stopped']),
    /** Why it ended before its last epoch, where it did. */
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal('failed'), error: errorJson }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
export type CheckpointMessage = z.infer<typeof checkpointMessage>;
