import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { socketPath } from '../contract/wire.ts';
import type { Engine } from '../engine/api.ts';
import { serveWindow } from './connection.ts';
import { listen } from './listen.ts';
import { hostAllowed, originAllowed } from './policy.ts';
import { Sessions } from './session.ts';
import { answerRequest } from './site.ts';

/** Bytes of one message from a window: a configuration, never data. */
const maximumMessage = 8 * 2 ** 20;
/** Milliseconds a window is given to take its leave before its connection is cut. */
const farewell = 500;
const builtWindow = fileURLToPath(new URL('../../out/renderer', import.meta.url));

export interface HostOptions {
  engine: Engine;
  /** Asked for by the user: taken or refused; 0: any free one. Without it, the first free one from the default on. */
  port?: number | undefined;
  /** Folder of the built window; the project's own by default. */
  root?: string;
}

export interface Host {
  readonly port: number;
  /** An address that opens one browser, once: it carries a new token, and an unused earlier one ends. */
  issueUrl(): string;
  /** Disconnects every window and stops listening; the engine stays as it is. */
  close(): Promise<void>;
}

/**
 * Serves the window to browsers on this machine: its files, and the engine over a WebSocket. Listens on 127.0.0.1
 * only. Windows come and go without the engine noticing more than a subscription.
 * @throws ConvolabError `port.in-use`, or `argument.invalid` for a port that may not be opened
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const server = createServer();
  const port = await listen(server, options.port);
  const sessions = new Sessions(port);
  const root = options.root ?? builtWindow;
  const windows = new WebSocketServer({ noServer: true, maxPayload: maximumMessage });

  server.on('request', async (request, response) => {
    const answer = await answerRequest(request, sessions, root);
    response.writeHead(answer.status, answer.headers);
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = refuseUpgrade(request, sessions);
    if (refusal !== null) return refuse(socket, refusal);
    windows.handleUpgrade(request, socket, head, (window) => serveWindow(window, options.engine));
  });
  return {
    port,
    issueUrl: () => `http://127.0.0.1:${port}/open?token=${sessions.issueToken()}`,
    close: () => closeAll(server, windows),
  };
}

type Refusal = '401 Unauthorized' | '403 Forbidden' | '404 Not Found';

function refuseUpgrade(request: IncomingMessage, sessions: Sessions): Refusal | null {
  if (!hostAllowed(request.headers.host) || !originAllowed(request.headers)) return '403 Forbidden';
  if (!sessions.accepts(request.headers.cookie)) return '401 Unauthorized';
  return request.url === socketPath ? null : '404 Not Found';
}

function refuse(socket: Duplex, refusal: Refusal): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function closeAll(server: Server, windows: WebSocketServer): Promise<void> {
  const left = [...windows.clients].map((window) => once(window, 'close'));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const window of windows.clients) window.close(1001, 'the host is closing');
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    for (const window of windows.clients) window.terminate();
    server.closeAllConnections();
  }, farewell);
  await Promise.all([closed, ...left]);
  clearTimeout(cut);
}
