import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bridge } from '../../../core/contract/bridge.ts';
import { ConvolabError } from '../../../core/contract/errors.ts';
import type { EngineEvent, Reply } from '../../../core/contract/events.ts';
import type { EngineCommand, EngineNews } from '../../../core/contract/wire.ts';
import { provideBridge } from '../../../renderer/app/bridge.ts';

export interface StoreEngine {
  /** Hands events to the stores, as the engine does. */
  emit(events: EngineEvent[]): void;
  close(): Promise<void>;
}

/** Puts the stores on a real engine in a process of its own, as Electron's shell does. */
export async function provideEngine(): Promise<StoreEngine> {
  const home = mkdtempSync(join(tmpdir(), 'convolab-test-'));
  const child = fork('core/engine/process.ts', ['--home', home], { execArgv: [] });
  const listeners = new Set<(events: EngineEvent[]) => void>();
  const pending = new Map<number, (reply: Reply) => void>();
  let nextId = 1;
  const emit = (events: EngineEvent[]) => {
    for (const listener of listeners) listener(events);
  };

  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: EngineNews | Reply) => {
      if ('ready' in message) resolve();
      else if ('failed' in message) reject(ConvolabError.fromJSON(message.failed));
      else if ('events' in message) emit(message.events);
      else pending.get(message.id)?.(message);
    });
  });
  const send = (command: EngineCommand) => child.send(command);

  provideBridge({
    shell: 'electron',
    call: (method, params) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        pending.set(id, (reply) => {
          pending.delete(id);
          if ('error' in reply) reject(ConvolabError.fromJSON(reply.error));
          else resolve(reply.result as never);
        });
        send({ id, method, params });
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onConnection: () => () => {},
    reconnect: () => {},
    pathOf: () => null,
  } satisfies Bridge);
  await ready;
  return {
    emit,
    async close() {
      const ended = once(child, 'exit');
      send({ close: true });
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
