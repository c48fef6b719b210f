import { ConvolabError } from '../contract/errors.ts';
import { findIssues } from '../contract/issues.ts';
import { type Handlers, methods } from '../contract/methods.ts';
import { suggestion } from '../contract/nearest.ts';
import type { Engine, EngineOptions } from './api.ts';
import { EventHub } from './events.ts';
import { Mover } from './moving/mover.ts';
import { type OpenHome, openHome } from './open-home.ts';

/**
 * Opens the data folder and everything that works on it. The folder may be moved under the engine: calls made while it
 * goes from one place to the other wait until it is open again.
 * @throws `home.unwritable`, `store.newer`, `store.damaged`, `store.busy`, `disk.full`
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const events = new EventHub();
  let home = options.home;
  let awake: () => void = () => {};
  let waking: Promise<void> = Promise.resolve();
  const mover = new Mover(
    {
      get home() {
        return home;
      },
      stopMaking: () => opened.stopMaking(),
      async rest() {
        waking = new Promise((resolve) => {
          awake = resolve;
        });
        await opened.close();
      },
      async wake(folder) {
        home = folder;
        opened = await openHome({ ...options, home }, events, mover);
        events.restarted();
        awake();
      },
    },
    events,
  );
  let opened: OpenHome = await openHome(options, events, mover);
  let closed: Promise<void> | null = null;

  const close = async () => {
    mover.cancel();
    await waking;
    await opened.close();
    events.flush();
  };
  return {
    get home() {
      return home;
    },
    async call(method, params) {
      await waking;
      return call(opened.handlers, method, params);
    },
    subscribe: (listener) => events.subscribe(listener),
    activeRuns: () => opened.activeRuns(),
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
