import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ConvolabError } from '../../../core/contract/errors.ts';
import type { EngineEvent, EventBatch, Reply } from '../../../core/contract/events.ts';
import { type Host, startHost } from '../../../core/host/host.ts';
import { defaultPort } from '../../../core/host/listen.ts';
import { freePort } from '../../support/ports.ts';
import { temporaryFolder } from '../../support/project.ts';
import { RecordingEngine } from '../../support/recording-engine.ts';

const folder = temporaryFolder();
const engine = new RecordingEngine();
let host: Host;
let origin: string;

beforeAll(async () => {
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html>window');
  writeFileSync(join(folder.path, 'assets', 'index-1.js'), 'export {}');
  host = await startHost({ engine, port: 0, root: folder.path });
  origin = `http://127.0.0.1:${host.port}`;
});

afterAll(async () => {
  await host.close();
  folder.remove();
});

interface Received {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A request exactly as written: `fetch` would normalise paths and refuse some headers. */
function request(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port: host.port, path, headers, method }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    sent.on('error', reject);
  });
}

/** Opens a session as a browser does, and gives its cookie. */
async function signIn(): Promise<string> {
  const url = new URL(host.issueUrl());
  const { headers } = await request(url.pathname + url.search);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

async function openWindow(headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, {
    headers: { origin, cookie: await signIn(), ...headers },
  });
  await once(socket, 'open');
  return socket;
}

/** Messages of a window from now on, one by one. */
async function* messages(socket: WebSocket): AsyncGenerator<Reply | EventBatch> {
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  while (true) {
    if (received.length === 0) await once(socket, 'message');
    const next = received.shift();
    if (next !== undefined) yield JSON.parse(next);
  }
}

async function next(source: AsyncGenerator<Reply | EventBatch>): Promise<Reply | EventBatch> {
  const { value } = await source.next();
  return value;
}

describe('the session', () => {
  test('begins with the printed address, and a reload needs no token', async () => {
    const url = new URL(host.issueUrl());
    const opened = await request(url.pathname + url.search);
    expect(opened.status).toBe(200);
    expect(opened.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict$/);
    expect(opened.body).toContain('url=/"');
    const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    for (let reload = 0; reload < 2; reload++) {
      expect(await request('/', { cookie })).toMatchObject({ status: 200, body: '<!doctype html>window' });
    }
    expect(await request(url.pathname + url.search)).toMatchObject({ status: 401 });
    expect(await request(url.pathname + url.search, { cookie })).toMatchObject({ status: 200 });
  });

  test('is needed for everything', async () => {
    for (const path of ['/', '/assets/index-1.js', '/open', '/open?token=wrong']) {
      expect(await request(path)).toMatchObject({ status: 401 });
    }
  });

  test('is not used up by a browser that looks ahead', async () => {
    const url = new URL(host.issueUrl());
    const path = url.pathname + url.search;
    expect(await request(path, { 'sec-purpose': 'prefetch' })).toMatchObject({ status: 503 });
    expect(await request(path, {}, 'HEAD')).toMatchObject({ status: 503 });
    expect(await request(path)).toMatchObject({ status: 200 });
  });
});

describe('requests', () => {
  test('get a strict policy, their type, and no room for guesses', async () => {
    const { headers } = await request('/', { cookie: await signIn() });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  test('under a name that is not this machine are refused (DNS rebinding)', async () => {
    const cookie = await signIn();
    for (const name of ['evil.example', `evil.example:${host.port}`, '127.0.0.1.evil.example', '[::2]']) {
      expect((await request('/', { cookie, host: name })).status).not.toBe(200);
    }
    expect(await request('/', { cookie, host: 'localhost:9999' })).toMatchObject({ status: 200 });
  });

  test('from another origin are refused, another port of this machine included', async () => {
    const cookie = await signIn();
    for (const other of ['https://evil.example', 'http://127.0.0.1:3000', 'null']) {
      expect(await request('/', { cookie, origin: other })).toMatchObject({ status: 403 });
    }
  });

  test('outside the built window are refused', async () => {
    const cookie = await signIn();
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2f..%2fetc/passwd.txt']) {
      expect(await request(path, { cookie })).toMatchObject({ status: 404 });
    }
    expect(await request('/', { cookie }, 'POST')).toMatchObject({ status: 405 });
  });
});

describe('a window', () => {
  test('calls the engine and gets results and typed errors under its own numbers', async () => {
    const socket = await openWindow();
    const incoming = messages(socket);
    engine.handle = (method, params) => {
      if (method === 'runs.get')
        throw new ConvolabError('run.unknown', 'There is no run 9.', { subject: '9' });
      return { method, params };
    };
    socket.send(JSON.stringify({ id: 7, method: 'app.info', params: { a: 1 } }));
    expect(await next(incoming)).toEqual({ id: 7, result: { method: 'app.info', params: { a: 1 } } });
    socket.send(JSON.stringify({ id: 8, method: 'runs.get', params: { run: '9' } }));
    expect(await next(incoming)).toEqual({
      id: 8,
      error: { code: 'run.unknown', message: 'There is no run 9.', subject: '9' },
    });
    socket.terminate();
  });

  test('is one of several, each with every event; one that goes leaves the others and the engine alone', async () => {
    await expect.poll(() => engine.listeners).toBe(0);
    const windows = [await openWindow(), await openWindow(), await openWindow()];
    const incoming = windows.map(messages);
    expect(engine.listeners).toBe(3);
    const events: EngineEvent[] = [{ type: 'runs.removed', runs: ['a'] }];
    const first = incoming.map((source) => next(source));
    engine.emit(events);
    expect(await Promise.all(first)).toEqual([{ events }, { events }, { events }]);
    windows[0]?.terminate();
    await expect.poll(() => engine.listeners).toBe(2);
    const second = incoming.slice(1).map((source) => next(source));
    engine.emit(events);
    expect(await Promise.all(second)).toEqual([{ events }, { events }]);
    for (const socket of windows) socket.terminate();
    await expect.poll(() => engine.listeners).toBe(0);
  });

  test('that does not read is not read from, and costs the others nothing', async () => {
    let called = 0;
    engine.handle = (method) => {
      if (method !== 'runs.series') return {};
      called += 1;
      return { data: 'x'.repeat(4 * 2 ** 20) };
    };
    const slow = await openWindow();
    slow.pause();
    for (let id = 0; id < 500; id++) slow.send(JSON.stringify({ id, method: 'runs.series', params: {} }));
    const other = await openWindow();
    const incoming = messages(other);
    other.send(JSON.stringify({ id: 1, method: 'app.info', params: {} }));
    expect(await next(incoming)).toEqual({ id: 1, result: {} });
    expect(called).toBeLessThan(100);
    slow.terminate();
    other.terminate();
    engine.handle = () => ({});
  });

  test.each([
    ['without a session', { cookie: '' }, 401],
    ['from another site', { origin: 'https://evil.example' }, 403],
    ['from another port of this machine', { origin: 'http://127.0.0.1:3000' }, 403],
    ['under a foreign name', { host: 'evil.example', origin: 'http://evil.example' }, 403],
  ])('%s is refused', async (_name, headers, status) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, {
      headers: { origin, cookie: await signIn(), ...headers },
    });
    const [error] = await once(socket, 'error');
    expect(error.message).toContain(String(status));
  });

  test('without an origin is refused', async () => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, {
      headers: { cookie: await signIn() },
    });
    const [error] = await once(socket, 'error');
    expect(error.message).toContain('403');
  });

  test('that sends no request is disconnected', async () => {
    const socket = await openWindow();
    socket.send('hello');
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
  });
});

describe('the port', () => {
  test('that the user asked for is taken, or said to be in use', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await expect(startHost({ engine, port })).rejects.toMatchObject({
      code: 'port.in-use',
      subject: String(port),
      hint: expect.stringContaining('--port'),
    });
    other.close();
    await once(other, 'close');
    const second = await startHost({ engine, port });
    expect(second.port).toBe(port);
    await second.close();
  });

  test('by default is the first free one', async () => {
    const first = await startHost({ engine });
    const second = await startHost({ engine });
    expect(second.port).not.toBe(first.port);
    for (const { port } of [first, second]) expect(port).toBeGreaterThanOrEqual(defaultPort);
    await Promise.all([first.close(), second.close()]);
  });

  test('is open to this machine only', async () => {
    const socket = connect({ host: '127.0.0.2', port: host.port });
    const [error] = await once(socket, 'error');
    expect(error.code).toBe('ECONNREFUSED');
  });
});

test('closing the host disconnects its windows and frees the port', async () => {
  const own = new RecordingEngine();
  const second = await startHost({ engine: own, port: await freePort(), root: folder.path });
  const url = new URL(second.issueUrl());
  const opened = await fetch(url);
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://127.0.0.1:${second.port}/socket`, {
    headers: { origin: url.origin, cookie },
  });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  await second.close();
  await closed;
  expect(own.listeners).toBe(0);
  const third = await startHost({ engine: own, port: second.port });
  await third.close();
});
