import { ConvolabError } from '../contract/errors.ts';
import { findIssues } from '../contract/issues.ts';
import { type Handlers, methods } from '../contract/methods.ts';
import { suggestion } from '../contract/nearest.ts';
import { recoverDatasets } from '../data/acquire/incoming.ts';
import { cleanDerived } from '../data/derive/cache.ts';
import { Pool } from '../pool/pool.ts';
import { openStore } from '../store/store.ts';
import type { Engine, EngineOptions } from './api.ts';
import { Changes } from './changes.ts';
import { DataDesk } from './data-desk/desk.ts';
import { DataTasks } from './data-tasks.ts';
import { EventHub } from './events.ts';
import { allHandlers } from './handlers/index.ts';
import { StatusMeter } from './status.ts';

/** Milliseconds between two looks at the status, while somebody watches. */
const statusEvery = 1000;

/**
 * Opens the data folder and everything that works on it.
 * @throws `home.unwritable`, `store.newer`, `store.damaged`, `store.busy`, `disk.full`
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const store = openStore(options.home);
  store.reclaim();
  await recoverDatasets(options.home);
  await cleanDerived(options.home);
  const events = new EventHub();
  const changes = new Changes(store, events);
  const look = () => changes.look();
  const pool =
    options.runJobs === false ? null : new Pool({ store, threads: options.threads, changed: look });
  const lookAtAll = () => {
    look();
    pool?.look();
  };
  const desk = new DataDesk(options.home);
  const keeper = new DataDesk(options.home);
  const tasks = new DataTasks(events);
  const handlers = allHandlers({
    home: options.home,
    store,
    events,
    desk,
    keeper,
    tasks,
    changed: lookAtAll,
  });
  const unwatch = store.watch(lookAtAll);
  const meter = new StatusMeter(store, pool);
  const statusTimer = setInterval(() => {
    if (events.observed) events.status(meter.measure());
  }, statusEvery);
  statusTimer.unref();
  let closed: Promise<void> | null = null;

  const close = async () => {
    clearInterval(statusTimer);
    unwatch();
    await Promise.all([pool?.close(), tasks.close()]);
    await Promise.all([desk.close(), keeper.close()]);
    events.flush();
    store.close();
  };
  pool?.look();
  return {
    home: options.home,
    call: (method, params) => call(handlers, method, params),
    subscribe: (listener) => events.subscribe(listener),
    activeRuns: () => pool?.active ?? [],
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

async function call(handlers: Handlers, method: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) {
    throw new ConvolabError(
      'method.unknown',
      `There is no method "${method}"${suggestion(method, Object.keys(methods))}.`,
      {
        subject: method,
        hint: 'Window and engine may be of different versions; restart Convolab.',
      },
    );
  }
  const name = method as keyof typeof methods;
  const schema = methods[name].params;
  const parsed = schema.safeParse(params ?? {});
  if (!parsed.success) {
    const issues = findIssues(schema, params ?? {});
    const first = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new ConvolabError('argument.invalid', `${method} cannot be called like this: ${first}.`, {
      subject: method,
      issues,
    });
  }
  const handler = handlers[name] as (input: unknown) => unknown;
  return handler(parsed.data);
}
