import type { Bridge } from '../../core/contract/bridge.ts';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { EngineEvent, EventBatch, Reply } from '../../core/contract/events.ts';
import { socketPath } from '../../core/contract/wire.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: ConvolabError): void;
}

const longestWait = 5_000;

/** 250 ms, doubled with every failure, at most 5 s. */
export function retryDelay(failures: number): number {
  return Math.min(longestWait, 250 * 2 ** failures);
}

const lost = () =>
  new ConvolabError('engine.unavailable', 'The connection to the engine was lost.', {
    hint: 'It is being restored; then try again. No run is lost: see the terminal that Convolab was started in.',
  });

const unauthorized = () =>
  new ConvolabError('session.unauthorized', 'Convolab was started again and does not know this window.', {
    hint: 'Use the new link printed in the terminal where Convolab runs; Enter there prints another one.',
  });

/** A closed socket does not say why; the page itself does: 401 once this browser's session is not known (any more). */
async function isRefused(): Promise<boolean> {
  try {
    const { status } = await fetch('/', { method: 'HEAD', cache: 'no-store' });
    return status === 401;
  } catch {
    return false;
  }
}

/**
 * The bridge of the browser host: one WebSocket that returns by itself. Calls made while it is away wait for it;
 * calls whose answer was lost are rejected, since only their caller knows whether asking twice is harmless.
 */
export function createSocketBridge(location: Pick<Location, 'protocol' | 'host'>): Bridge {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${socketPath}`;
  const pending = new Map<number, Pending>();
  const outbox: string[] = [];
  const eventListeners = new Set<(events: EngineEvent[]) => void>();
  const connectionListeners = new Set<(connected: boolean) => void>();
  let socket: WebSocket | undefined;
  let nextId = 1;
  let failures = 0;
  let refused = false;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function rejectAll(error: ConvolabError): void {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    outbox.length = 0;
  }

  function receive(frame: Reply | EventBatch): void {
    if ('events' in frame) {
      for (const listener of eventListeners) listener(frame.events);
      return;
    }
    const caller = pending.get(frame.id);
    pending.delete(frame.id);
    if ('error' in frame) caller?.reject(ConvolabError.fromJSON(frame.error));
    else caller?.resolve(frame.result);
  }

  function connect(): void {
    socket = new WebSocket(url);
    socket.onopen = () => {
      failures = 0;
      for (const text of outbox.splice(0)) socket?.send(text);
      for (const listener of connectionListeners) listener(true);
    };
    socket.onmessage = (message) => receive(JSON.parse(String(message.data)) as Reply | EventBatch);
    socket.onclose = async () => {
      refused = await isRefused();
      rejectAll(refused ? unauthorized() : lost());
      for (const listener of connectionListeners) listener(false);
      if (!refused) pause = setTimeout(connect, retryDelay(failures++));
    };
  }

  connect();

  return {
    shell: 'browser',
    call(method, params) {
      if (refused) return Promise.reject(unauthorized());
      const id = nextId++;
      const text = JSON.stringify({ id, method, params });
      return new Promise((resolve, reject) => {
        // The engine answers by the contract's table, which the two sides share.
        pending.set(id, { resolve: resolve as (result: unknown) => void, reject });
        if (socket?.readyState === WebSocket.OPEN) socket.send(text);
        else outbox.push(text);
      });
    },
    subscribe(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    onConnection(listener) {
      connectionListeners.add(listener);
      return () => connectionListeners.delete(listener);
    },
    pathOf: () => null,
    reconnect() {
      if (socket?.readyState !== WebSocket.CLOSED) return;
      clearTimeout(pause);
      refused = false;
      connect();
    },
  };
}
