import { _electron, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Reply } from '../../core/contract/events.ts';
import type { MethodName, Params, Result } from '../../core/contract/methods.ts';
import { findElectron } from '../../scripts/electron.mjs';
import { bePatient, launchBrowser } from './browser.ts';
import { type HostProcess, startHostProcess } from './host.ts';
import { projectRoot, temporaryFolder } from './project.ts';

/**
 * The whole workbench, as a user has it: the built window, in a real browser or in Electron, over the real engine on a
 * home of its own. Specs are written once and run in both shells:
 *
 *     describeInShells('run list', (app) => {
 *       test('shows a run that the engine queues', async () => {
 *         await app().call('experiments.create', { config: tinyExperiment });
 *         await app().page.getByRole('listitem', { name: /tiny/ }).waitFor();
 *       });
 *     });
 *
 * One application serves all tests of a `describeInShells`; `app().errors` lists what the pages complained about, and
 * a spec that expects none ends with `expect(app().errors).toEqual([])`. Only `npx vitest run test/e2e/<file>` is
 * needed: what is out of date is built first.
 */
export interface App {
  readonly shell: 'browser' | 'electron';
  /** Data folder. */
  readonly home: string;
  /** The first window. */
  readonly page: Page;
  /** The host process; only in the browser shell. */
  readonly host: HostProcess | null;
  /** Page errors, console errors and refused policies of every window, in order. */
  readonly errors: string[];
  /** Another window on the same engine, opened on `path` of the window's own addresses. */
  newWindow(path?: string): Promise<Page>;
  /** Asks the engine directly, past the window. Rejects with the engine's message. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Ends windows, engine and browser, and removes the home. */
  close(): Promise<void>;
}

/** Registers the same specs for the browser and for Electron; where there is no Electron, they are skipped and say why. */
export function describeInShells(name: string, specs: (app: () => App) => void): void {
  describeWith(`${name} (browser)`, () => openInBrowser(), specs);
  const electron = findElectron();
  if ('path' in electron) describeWith(`${name} (Electron)`, () => openInElectron(electron.path), specs);
  else {
    describe(`${name} (Electron)`, () => {
      test.skip(`not run: ${electron.reason}`, () => {});
    });
  }
}

function describeWith(name: string, open: () => Promise<App>, specs: (app: () => App) => void): void {
  describe(name, () => {
    let app: App | null = null;
    beforeAll(async () => {
      app = await open();
    });
    afterAll(() => app?.close());
    specs(() => {
      if (app === null) throw new Error('The application is open only while a test runs.');
      return app;
    });
  });
}

/**
 * Opens the workbench in Chromium on a new home.
 * @param args of its host
 */
export async function openInBrowser(args?: string[]): Promise<App> {
  const home = temporaryFolder();
  const host = await startHostProcess(home.path, args);
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  bePatient(context);
  const errors: string[] = [];
  context.on('page', (page) => listen(page, errors));
  const page = await context.newPage();
  await page.goto(host.url);
  // The address with the token hands over to one without; only there is the window itself.
  await page.locator('#app > *').first().waitFor();
  return {
    shell: 'browser',
    home: home.path,
    page,
    host,
    errors,
    newWindow: async (path = '/') => {
      const window = await context.newPage();
      await window.goto(host.origin + path);
      return window;
    },
    call: (method, params) => callInPage(page, method, params),
    close: async () => {
      await browser.close();
      await host.interrupt();
      home.remove();
    },
  };
}

/** Opens the workbench in Electron on a new home. */
export async function openInElectron(executablePath: string): Promise<App> {
  const home = temporaryFolder();
  const electron = await _electron.launch({
    executablePath,
    args: [projectRoot],
    env: { ...(process.env as Record<string, string>), CONVOLAB_HOME: home.path },
  });
  bePatient(electron.context());
  const errors: string[] = [];
  electron.on('window', (page) => listen(page, errors));
  const page = await electron.firstWindow();
  return {
    shell: 'electron',
    home: home.path,
    page,
    host: null,
    errors,
    newWindow: async (path = '/') => {
      await page.goto(new URL(path, page.url()).href);
      return page;
    },
    call: (method, params) => callInPage(page, method, params),
    close: async () => {
      await electron.close();
      home.remove();
    },
  };
}

function listen(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
}

/** Runs in the page: one request over the shell's own wire. */
export async function callInPage<M extends MethodName>(
  page: Page,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  const reply = await page.evaluate(
    ([name, given]) => {
      const wire = (globalThis as { convolab?: { request(name: string, params: unknown): Promise<Reply> } })
        .convolab;
      if (wire !== undefined) return wire.request(name, given);
      return new Promise<Reply>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/socket`);
        socket.onopen = () => socket.send(JSON.stringify({ id: 0, method: name, params: given }));
        socket.onerror = () => reject(new Error('The host refused the connection.'));
        socket.onmessage = (message) => {
          const received = JSON.parse(String(message.data)) as Partial<Reply>;
          if (received.id !== 0) return;
          socket.close();
          resolve(received as Reply);
        };
      });
    },
    [method, params] as const,
  );
  if ('error' in reply) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.result as Result<M>;
}
