import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MethodName, Params, Result } from '../../core/contract/methods.ts';
import type { RunSummary } from '../../core/contract/runs.ts';
import type { Engine } from '../../core/engine/api.ts';

/** Height and width of an image. */
const side = 28;

/**
 * Puts bars whose place tells the class where the user's own copy of MNIST goes: as small as a test wants, and learnt
 * within a few epochs.
 */
export function installBars(home: string, samples: { train: number; test: number }): void {
  const folder = join(home, 'datasets', 'mnist');
  mkdirSync(folder, { recursive: true });
  for (const [prefix, count] of [
    ['train', samples.train],
    ['t10k', samples.test],
  ] as const) {
    writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), idx([count, side, side], bars(count)));
    writeFileSync(
      join(folder, `${prefix}-labels-idx1-ubyte`),
      idx(
        [count],
        Uint8Array.from({ length: count }, (_, i) => i % 10),
      ),
    );
  }
}

function idx(extents: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * extents.length);
  header.writeUInt32BE(0x800 + extents.length);
  for (const [i, extent] of extents.entries()) header.writeUInt32BE(extent, 4 + 4 * i);
  return Buffer.concat([header, bytes]);
}

function bars(count: number): Uint8Array {
  return Uint8Array.from({ length: count * side * side }, (_, at) => {
    const sample = Math.floor(at / (side * side));
    const column = at % side;
    const left = 2 * (sample % 10);
    return column > left && column < left + 5 ? 180 + ((sample * 7 + at) % 60) : (sample * 13 + at * 7) % 40;
  });
}

/** A network of one dense layer: an epoch of a few hundred images takes milliseconds. */
export const tinyModel = {
  spec: {
    version: 1,
    name: 'tiny',
    input: [1, side, side],
    layers: [{ id: 'OUT', type: 'dense', units: 10 }],
    loss: { type: 'softmax-cross-entropy' },
  },
} as const;

/** An experiment on the bars, ready to be changed. */
export function tinyExperiment(changes: Readonly<Record<string, unknown>> = {}) {
  const { train, dataset, ...rest } = changes as Record<string, Record<string, unknown> | undefined>;
  return {
    version: 1,
    name: 'tiny',
    dataset: { name: 'mnist', validation: 20, preprocess: [{ type: 'standardize' }], ...dataset },
    model: tinyModel,
    train: { epochs: 3, batchSize: 20, optimizer: { type: 'sgd', lr: 0.01 }, ...train },
    ...rest,
  };
}

/** The engine's method by name, typed. */
export function ask<M extends MethodName>(engine: Engine, method: M, params: Params<M>): Promise<Result<M>> {
  return engine.call(method, params) as Promise<Result<M>>;
}

/** Waits until a run is as wanted, and returns it; fails loudly where it ended otherwise. */
export async function untilRun(
  engine: Engine,
  run: string,
  wanted: (summary: RunSummary) => boolean,
): Promise<RunSummary> {
  for (;;) {
    const { summary } = await ask(engine, 'runs.get', { run });
    if (wanted(summary)) return summary;
    if (summary.status === 'failed') throw new Error(`run ${run} failed: ${JSON.stringify(summary.error)}`);
    await sleep(20);
  }
}

/** Waits until a run has this status. */
export function untilStatus(engine: Engine, run: string, status: RunSummary['status']): Promise<RunSummary> {
  return untilRun(engine, run, (summary) => summary.status === status);
}

/** One text for tensors, the same only where every name and every bit is: comparing megabytes by eye helps nobody. */
export function fingerprint(tensors: ReadonlyMap<string, Float32Array>): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) hash.update(name).update(tensors.get(name) as Float32Array);
  return hash.digest('hex');
}
