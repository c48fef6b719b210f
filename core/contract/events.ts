import type { DatasetWork } from './datasets.ts';
import type { ErrorJson } from './errors.ts';
import type { MoveReport } from './home.ts';
import type { QueueEntry } from './methods.ts';
import type { RunSummary } from './runs.ts';

/** What the engine tells every open window, at most ten times a second, in batches. */
export type EngineEvent =
  /** Runs whose row changed (status, progress, best, name, ...), whole rows. */
  | { type: 'runs.changed'; runs: RunSummary[] }
  | { type: 'runs.removed'; runs: string[] }
  /** New points of running runs, raw, oldest first; parallel to `Series`. */
  | { type: 'metrics.appended'; points: MetricPoint[] }
  | { type: 'queue.changed'; entries: QueueEntry[] }
  /** Work on data sets, all of it; what is done or cancelled is gone, and was perhaps never told of. */
  | { type: 'datasets.changed'; work: DatasetWork }
  /** The data folder is being moved; null: no more. */
  | { type: 'home.moving'; report: MoveReport | null }
  /** The engine was restarted under the window, or works on another data folder: reload everything. */
  | { type: 'engine.restarted' }
  | { type: 'status'; status: EngineStatus };

export interface MetricPoint {
  run: string;
  metric: string;
  step: number;
  epoch: number;
  seconds: number;
  /** null stands for a value that is not finite. */
  value: number | null;
}

/** The status bar; null where a figure cannot be read ("not available", never 0). */
export interface EngineStatus {
  /** Every one that trains, with commas. */
  device: string;
  imagesPerSecond: number | null;
  queued: number;
  running: number;
  /** Resident bytes of the engine and its workers, of `memoryTotal`. */
  memoryBytes: number | null;
  memoryTotal: number;
  /** Of all GPUs whose driver tells. */
  gpuMemory: { usedBytes: number; totalBytes: number } | null;
  /** Share of all cores, 0..1. */
  cpu: number | null;
  storeBytes: number;
}

/** Wire format, the same over WebSocket and Electron's IPC. */
export interface Request {
  id: number;
  method: string;
  params: unknown;
}
export type Reply = { id: number; result: unknown } | { id: number; error: ErrorJson };
export interface EventBatch {
  events: EngineEvent[];
}
