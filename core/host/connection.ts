import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { EventBatch, Reply, Request } from '../contract/events.ts';
import { answer } from '../engine/answer.ts';
import type { Engine } from '../engine/api.ts';
import { Outbox } from './outbox.ts';

/** Calls of one window under way, their replies included, before no more are read from it. */
const maximumCalls = 32;
/** Milliseconds between two looks whether the window is still there. */
const heartbeat = 30_000;

const request = z.object({ id: z.int(), method: z.string(), params: z.unknown() });

/** Serves one window over its socket until it closes: calls to the engine, and the engine's events back. */
export function serveWindow(socket: WebSocket, engine: Engine): void {
  const waiting: Request[] = [];
  let calls = 0;
  const outbox = new Outbox((events, sent) => transmit(socket, { events }, sent));
  const unsubscribe = engine.subscribe((events) => outbox.push(events));

  const begin = (): void => {
    while (calls < maximumCalls) {
      const next = waiting.shift();
      if (next === undefined) {
        socket.resume();
        return;
      }
      calls += 1;
      void answer(engine, next).then((reply) => transmit(socket, reply, end));
    }
    // Messages that arrived together with these are kept; no more are read until a reply has left.
    socket.pause();
  };
  const end = (): void => {
    calls -= 1;
    if (socket.readyState === socket.OPEN) begin();
  };

  socket.on('message', (data) => {
    const message = parse(data);
    if (message === null) return socket.close(1008, 'not a request');
    waiting.push(message);
    begin();
  });
  const stopHeartbeat = watch(socket);
  socket.on('close', () => {
    unsubscribe();
    stopHeartbeat();
  });
  socket.on('error', () => socket.terminate());
}

function parse(data: RawData): Request | null {
  try {
    return request.parse(JSON.parse(String(data)));
  } catch {
    return null;
  }
}

/** `sent` is called when the operating system has taken the message, also when it never will. */
function transmit(socket: WebSocket, message: Reply | EventBatch, sent: () => void): void {
  socket.send(JSON.stringify(message), () => sent());
}

/** Ends a connection whose other side is gone without a word. */
function watch(socket: WebSocket): () => void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive && !socket.isPaused) socket.terminate();
    alive = false;
    socket.ping();
  }, heartbeat);
  timer.unref();
  return () => clearInterval(timer);
}
