import type { Handlers } from '../contract/methods.ts';
import { recoverDatasets } from '../data/acquire/incoming.ts';
import { cleanDerived } from '../data/derive/cache.ts';
import { Pool } from '../pool/pool.ts';
import { openStore } from '../store/store.ts';
import type { EngineOptions } from './api.ts';
import { Changes } from './changes.ts';
import type { HomeMover } from './context.ts';
import { DataDesk } from './data-desk/desk.ts';
import { DataTasks } from './data-tasks.ts';
import type { EventHub } from './events.ts';
import { allHandlers } from './handlers/index.ts';
import { Inspector } from './inspector/inspector.ts';
import { finishArrival } from './moving/move.ts';
import { StatusMeter } from './status.ts';

/** Milliseconds between two looks at the status, while somebody watches. */
const statusEvery = 1000;

/** A data folder with everything that works on it. */
export interface OpenHome {
  readonly home: string;
  readonly handlers: Handlers;
  activeRuns(): readonly string[];
  /** Stops work on data sets; downloads stay to be gone on with. */
  stopMaking(): Promise<void>;
  /** Checkpoints what runs, ends every worker and thread, closes the store. Once. */
  close(): Promise<void>;
}

/** Throws `home.unwritable`, `store.newer`, `store.damaged`, `store.busy`, `disk.full`. */
export async function openHome(
  options: EngineOptions,
  events: EventHub,
  mover: HomeMover,
): Promise<OpenHome> {
  const { home } = options;
  const store = openStore(home);
  await finishArrival(home);
  store.reclaim();
  await recoverDatasets(home);
  await cleanDerived(home);
  const changes = new Changes(store, events);
  const look = () => changes.look();
  const pool =
    options.runJobs === false
      ? null
      : new Pool({ store, threads: options.threads, following: options.following, changed: look });
  const changed = () => {
    look();
    pool?.look();
  };
  const desk = new DataDesk(home);
  const keeper = new DataDesk(home);
  const inspector = new Inspector(home);
  const tasks = new DataTasks(events);
  const handlers = allHandlers({ home, store, events, desk, keeper, inspector, tasks, mover, changed });
  const unwatch = store.watch(changed);
  const meter = new StatusMeter(store, pool);
  const statusTimer = setInterval(() => {
    if (events.observed) events.status(meter.measure());
  }, statusEvery);
  statusTimer.unref();
  pool?.look();
  return {
    home,
    handlers,
    activeRuns: () => pool?.active ?? [],
    stopMaking: () => tasks.close(),
    async close() {
      clearInterval(statusTimer);
      unwatch();
      await Promise.all([pool?.close(), tasks.close()]);
      await Promise.all([desk.close(), keeper.close(), inspector.close()]);
      store.close();
    },
  };
}
