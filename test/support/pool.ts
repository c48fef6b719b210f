import { setTimeout as sleep } from 'node:timers/promises';
import type { MethodName, Params, Result } from '../../core/contract/methods.ts';
import type { RunSummary } from '../../core/contract/runs.ts';
import { createEngine } from '../../core/engine/engine.ts';
import { Pool, type PoolOptions } from '../../core/pool/pool.ts';
import { openStore, type Store } from '../../core/store/store.ts';
import { ask } from './training.ts';

export interface PoolStand {
  readonly store: Store;
  readonly pool: Pool;
  /** Queues an experiment; ids of its runs. */
  queue(experiment: unknown): Promise<string[]>;
  /** The engine's method by name; the engine only queues. */
  ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Waits until a run is as wanted. */
  until(run: string, wanted: (summary: RunSummary) => boolean): Promise<RunSummary>;
  close(): Promise<void>;
}

/** A pool with workers of its own on a home, and an engine that only queues what the pool trains. */
export async function openPool(
  home: string,
  options: Omit<PoolOptions, 'store' | 'changed'>,
): Promise<PoolStand> {
  const store = openStore(home);
  const pool = new Pool({ ...options, store, changed: () => undefined });
  const engine = await createEngine({ home, runJobs: false });
  const unwatch = store.watch(() => pool.look());
  return {
    store,
    pool,
    queue: async (config) => (await ask(engine, 'experiments.create', { config })).runs,
    ask: (method, params) => ask(engine, method, params),
    async until(run, wanted) {
      for (;;) {
        const summary = store.runs.get(run);
        if (wanted(summary)) return summary;
        await sleep(20);
      }
    },
    async close() {
      unwatch();
      await pool.close();
      await engine.close();
      store.close();
    },
  };
}
