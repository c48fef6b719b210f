import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineEvent, Reply } from '../../core/contract/events.ts';
import { loadMain, StandInElectron, StandInEvent, type StandInWindow } from '../support/electron-stand-in.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';

/**
 * Electron's main process as it is built and shipped, over a stand-in for Electron and the real engine process.
 */
const bundle = join(projectRoot, 'out', 'main', 'index.js');
const own = 'app://convolab/';
const foreign = 'https://evil.example/';

let folder: ReturnType<typeof temporaryFolder>;
let electron: StandInElectron;
let children: ChildProcess[] = [];
subscribe('child_process', (message) => children.push((message as { process: ChildProcess }).process));
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let listenersBefore: Map<string, unknown[]>;

beforeEach(() => {
  folder = temporaryFolder();
  children = [];
  process.env.CONVOLAB_HOME = join(folder.path, 'home');
  listenersBefore = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  electron = new StandInElectron({ app: projectRoot, userData: join(folder.path, 'user') });
});

afterEach(async () => {
  if (electron.windows.length > 0) await endApplication();
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!listenersBefore.get(signal)?.includes(listener)) process.off(signal, listener);
    }
  }
  delete process.env.CONVOLAB_HOME;
  folder.remove();
});

async function open(): Promise<StandInWindow> {
  await loadMain(bundle, electron);
  await expect.poll(() => electron.windows.length).toBe(1);
  return onlyWindow();
}

function onlyWindow(): StandInWindow {
  const [window] = electron.windows;
  if (window === undefined) throw new Error('There is no window.');
  return window;
}

/** Ctrl-C: checkpoints and ends, whatever is open. */
async function endApplication(): Promise<void> {
  if (electron.app.ended) return;
  for (const listener of process.listeners('SIGINT')) {
    if (!listenersBefore.get('SIGINT')?.includes(listener)) listener('SIGINT');
  }
  await expect.poll(() => electron.app.ended).toBe(true);
}

const call = (method: string, params: unknown = {}, url = own) =>
  electron.ipcMain.invoke('convolab:request', url, { method, params }) as Promise<Reply>;

async function result<T>(method: string, params: unknown = {}): Promise<T> {
  const reply = await call(method, params);
  if ('error' in reply) throw new Error(reply.error.message);
  return reply.result as T;
}

/** Starts a run that lasts longer than any test, and waits until a worker has it. */
async function train(): Promise<string> {
  const { runs } = await result<{ runs: string[] }>('experiments.create', {
    config: {
      version: 1,
      name: 'long',
      dataset: { name: 'mnist' },
      model: { preset: 'lenet-5' },
      train: { epochs: 1000 },
      backend: 'cpu',
    },
  });
  const run = runs[0] ?? '';
  await expect.poll(() => statusOf(run), { interval: 100 }).toBe('running');
  return run;
}

const statusOf = async (run: string) =>
  (await result<{ summary: { status: string } }>('runs.get', { run })).summary.status;

const eventsOf = (window: StandInWindow): EngineEvent[] =>
  window.webContents.sent
    .filter(({ channel }) => channel === 'convolab:events')
    .flatMap(({ value }) => value as EngineEvent[]);

/** Pids of the engine processes that the bundle started and that live. */
const engines = (): number[] =>
  children
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    .map(({ pid }) => pid ?? 0);

describe('the window', () => {
  test('is sandboxed and isolated, and has but its preload script', async () => {
    const { options } = await open();
    expect(options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      preload: join(projectRoot, 'out', 'preload', 'index.cjs'),
    });
  });

  test('may neither go elsewhere, nor open windows, nor embed pages', async () => {
    const { webContents } = await open();
    const prevented = (name: string, event: StandInEvent) => {
      webContents.emit(name, event);
      return event.defaultPrevented;
    };
    expect(prevented('will-navigate', new StandInEvent(foreign))).toBe(true);
    expect(prevented('will-navigate', new StandInEvent('app://convolab.evil.example/'))).toBe(true);
    expect(prevented('will-navigate', new StandInEvent('file:///etc/passwd'))).toBe(true);
    expect(prevented('will-navigate', new StandInEvent(`${own}runs/1`))).toBe(false);
    expect(prevented('will-frame-navigate', new StandInEvent(own, false))).toBe(true);
    expect(prevented('will-redirect', new StandInEvent(own))).toBe(true);
    expect(prevented('will-attach-webview', new StandInEvent())).toBe(true);
    const details = { url: own } as Electron.HandlerDetails;
    expect(webContents.openHandler?.(details)).toEqual({ action: 'deny' });
  });

  test('gets no permission but to copy', async () => {
    await open();
    const { request, check, device } = electron.session.defaultSession;
    const asked = (permission: string) => {
      let granted: boolean | null = null;
      request?.(
        null as never,
        permission as never,
        (answer) => {
          granted = answer;
        },
        null as never,
      );
      return [granted, check?.(null, permission as never, own, null as never)];
    };
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'clipboard-read',
      'usb',
    ]) {
      expect(asked(permission)).toEqual([false, false]);
    }
    expect(asked('clipboard-sanitized-write')).toEqual([true, true]);
    expect(device?.(null as never)).toBe(false);
  });

  test('opens where it was last, unless no screen would show it', async () => {
    mkdirSync(electron.folders.userData, { recursive: true });
    const file = join(electron.folders.userData, 'window.json');
    const bounds = { x: 100, y: 80, width: 1111, height: 777 };
    writeFileSync(file, JSON.stringify({ bounds, maximized: true }));
    const window = await open();
    expect(window.options).toMatchObject(bounds);
    expect(window.did).toContain('maximize');
    window.bounds = { x: 5000, y: 80, width: 900, height: 700 };
    window.close();
    await expect.poll(() => electron.app.ended).toBe(true);
    electron = new StandInElectron(electron.folders);
    const { options } = await open();
    expect(options).toMatchObject({ width: 1440, height: 900 });
    expect(options.x).toBeUndefined();
  });
});

describe('app://', () => {
  const ask = async (url: string, method = 'GET') => {
    const response = await electron.protocol.handlers.get('app')?.(new Request(url, { method }));
    if (response === undefined) throw new Error('The protocol has no handler.');
    return response;
  };

  test('is an origin like any other, and serves the built window under a strict policy', async () => {
    await open();
    expect(electron.protocol.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    const response = await ask(own);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'",
    );
    expect(await response.text()).toContain('<!doctype html>');
  });

  test('serves nothing else', async () => {
    await open();
    for (const url of [`${own}..%2f..%2fpackage.json`, 'app://other/index.html', `${own}missing.js`]) {
      expect((await ask(url)).status).toBe(404);
    }
    expect((await ask(own, 'POST')).status).toBe(404);
  });
});

describe('calls', () => {
  test('reach the engine, and typed errors come back', async () => {
    await open();
    expect(await result('app.info')).toMatchObject({ home: join(folder.path, 'home') });
    expect(await call('runs.get', { run: '404' })).toMatchObject({ error: { code: 'run.unknown' } });
    expect(await call('no.such')).toMatchObject({ error: { code: 'method.unknown' } });
  });

  test('from other pages, from frames inside ours, and of another shape are refused', async () => {
    await open();
    const request = { method: 'app.info', params: {} };
    for (const url of [foreign, 'file:///tmp/x.html', 'app://other/', 'about:blank', '']) {
      await expect(electron.ipcMain.invoke('convolab:request', url, request)).rejects.toThrow('may not talk');
      for (const channel of ['convolab:connected', 'convolab:reconnect']) {
        await expect(electron.ipcMain.invoke(channel, url)).rejects.toThrow('may not talk');
      }
    }
    await expect(electron.ipcMain.invoke('convolab:request', own, request, true)).rejects.toThrow(
      'may not talk',
    );
    for (const shape of [null, 'app.info', {}, { method: 7 }]) {
      await expect(electron.ipcMain.invoke('convolab:request', own, shape)).rejects.toThrow(
        'names its method',
      );
    }
  });
});

describe('the engine', () => {
  test('runs as a plain Node process, and ends with the application', async () => {
    await open();
    await result('app.info');
    expect(engines()).toHaveLength(1);
    await endApplication();
    expect(engines()).toEqual([]);
  });

  test('is started again when it is killed: the window is told, calls under way fail readably', async () => {
    const window = await open();
    await result('app.info');
    const [pid = 0] = engines();
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => window.webContents.sent.filter(({ channel }) => channel === 'convolab:connection'))
      .toContainEqual({ channel: 'convolab:connection', value: false });
    expect(await result('app.info')).toMatchObject({ home: join(folder.path, 'home') });
    expect(engines()).not.toContain(pid);
    await expect.poll(() => eventsOf(window)).toContainEqual({ type: 'engine.restarted' });
  });

  test('that cannot start says why in every reply, and starts as soon as it is asked to once that is mended', async () => {
    const obstacle = join(folder.path, 'home');
    writeFileSync(obstacle, 'a file where the folder should be');
    const window = await open();
    expect(await call('app.info')).toMatchObject({ error: { code: 'home.unwritable' } });
    rmSync(obstacle);
    const started = children.length;
    await electron.ipcMain.invoke('convolab:reconnect', own);
    expect(children).toHaveLength(started + 1);
    expect(await result('app.info')).toMatchObject({ home: obstacle });
    await expect.poll(() => eventsOf(window)).toContainEqual({ type: 'engine.restarted' });
  });
});

describe('quitting', () => {
  test('asks nothing when no run is active', async () => {
    const window = await open();
    await result('app.info');
    window.close();
    await expect.poll(() => electron.app.ended).toBe(true);
    expect(electron.dialog.shown).toEqual([]);
  });

  test('while a run trains asks, by the window and by the menu alike; cancelling changes nothing', async () => {
    const window = await open();
    const run = await train();
    electron.dialog.answer = 2;
    window.close();
    await expect.poll(() => electron.dialog.shown.length).toBe(1);
    expect(electron.dialog.shown[0]?.buttons).toEqual([
      'Keep training in the background',
      'Checkpoint and quit',
      'Cancel',
    ]);
    await new Promise(setImmediate);
    electron.app.quit();
    await expect.poll(() => electron.dialog.shown.length).toBe(2);
    await new Promise(setImmediate);
    expect(electron.app.ended).toBe(false);
    expect(electron.windows).toHaveLength(1);
    expect(await statusOf(run)).toBe('running');
  });

  test('with a checkpoint leaves the run paused', async () => {
    await open();
    const run = await train();
    electron.dialog.answer = 1;
    electron.app.quit();
    await expect.poll(() => electron.app.ended).toBe(true);
    expect(engines()).toEqual([]);
    electron = new StandInElectron(electron.folders);
    await open();
    expect(await statusOf(run)).toBe('paused');
  });

  test('into the background goes on training without a window, and ends with the last run', async () => {
    const window = await open();
    const run = await train();
    electron.dialog.answer = 0;
    window.close();
    await expect.poll(() => electron.windows.length).toBe(0);
    expect(await statusOf(run)).toBe('running');
    electron.dialog.answer = 2;
    electron.app.quit();
    await expect.poll(() => electron.dialog.shown.length).toBe(2);
    expect(electron.app.ended).toBe(false);
    await result('runs.stop', { run });
    await expect.poll(() => electron.app.ended).toBe(true);
  });

  test('by the system or Ctrl-C checkpoints without asking', async () => {
    await open();
    await train();
    const event = new StandInEvent();
    electron.powerMonitor.emit('shutdown', event);
    await expect.poll(() => electron.app.ended).toBe(true);
    expect(event.defaultPrevented).toBe(true);
    expect(electron.dialog.shown).toEqual([]);
  });
});

describe('a second instance', () => {
  test('ends at once and starts no engine', async () => {
    electron.app.first = false;
    await loadMain(bundle, electron);
    expect(electron.app.ended).toBe(true);
    expect(electron.windows).toEqual([]);
    expect(engines()).toEqual([]);
  });

  test('brings the window of the first to the front, or opens it again', async () => {
    const window = await open();
    window.minimized = true;
    electron.app.emit('second-instance');
    expect(window.did.slice(-3)).toEqual(['restore', 'show', 'focus']);
    const run = await train();
    electron.dialog.answer = 0;
    window.close();
    await expect.poll(() => electron.windows.length).toBe(0);
    electron.app.emit('second-instance');
    expect(electron.windows).toHaveLength(1);
    await result('runs.stop', { run });
    await expect.poll(() => statusOf(run)).toBe('stopped');
    expect(electron.app.ended).toBe(false);
  });
});
