import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, describeInShells, openInBrowser } from '../support/app.ts';
import { launchBrowser, newPage } from '../support/browser.ts';
import { startHostProcess } from '../support/host.ts';
import { temporaryFolder } from '../support/project.ts';

/** Lasts longer than any test. */
const longExperiment = {
  version: 1,
  name: 'long',
  dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5' },
  train: { epochs: 1000, batchSize: 64, optimizer: { type: 'sgd', lr: 0.05 } },
  backend: 'cpu',
};

async function startLongRun(app: App): Promise<string> {
  const { runs } = await app.call('experiments.create', { config: longExperiment });
  const run = runs[0] ?? '';
  await expect.poll(() => stepOf(app, run)).toBeGreaterThan(0);
  return run;
}

const summaryOf = async (app: App, run: string) => (await app.call('runs.get', { run })).summary;
const stepOf = async (app: App, run: string) => (await summaryOf(app, run)).step;

/** The run's row in the list of a window. */
const rowOf = (page: Page) => page.getByRole('treeitem', { name: /seed 1/ }).first();

describeInShells('the shell', (app) => {
  test('shows the workbench and complains about nothing', async () => {
    await app().page.getByRole('navigation').first().waitFor();
    expect(app().errors).toEqual([]);
  });

  test('goes on training while a window is reloaded, left and closed, and every window sees it', async () => {
    const run = await startLongRun(app());
    await rowOf(app().page).waitFor();
    await app().page.reload();
    await rowOf(app().page).waitFor();
    const second = await app().newWindow();
    await rowOf(second).waitFor();
    const before = await stepOf(app(), run);
    if (second !== app().page) await second.close();
    await expect.poll(() => stepOf(app(), run)).toBeGreaterThan(before);
    expect((await summaryOf(app(), run)).status).toBe('running');
    await app().call('runs.stop', { run });
    expect(app().errors).toEqual([]);
  });
});

describe('the browser host', () => {
  let app: App;
  let browser: Browser;

  beforeAll(async () => {
    app = await openInBrowser();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  test('opens the address that is asked for while the first page is still loading', async () => {
    const page = await app.newWindow('/icon.svg');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/ExperimentsView-*.js', async (route) => {
      await released;
      await route.continue();
    });
    const called = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framesent'));
    await page.goto(`${app.host?.origin}/`, { waitUntil: 'commit' });
    // The application itself is there, on its way to the page of experiments.
    await called;
    await page.evaluate(() => {
      location.hash = '#/queue';
    });
    await page.getByRole('heading', { name: 'Queue', exact: true }).waitFor();
    const loaded = page.waitForResponse('**/ExperimentsView-*.js');
    release();
    await (await loaded).finished();
    expect(new URL(page.url()).hash).toBe('#/queue');
    expect(await page.getByRole('heading', { name: 'Queue', exact: true }).count()).toBe(1);
    await page.close();
  });

  test('takes the token out of the address, and its session survives a reload', async () => {
    expect(app.page.url()).not.toContain('token');
    const response = await app.page.reload();
    expect(response?.status()).toBe(200);
    const [cookie] = await app.page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(await app.page.evaluate(() => document.cookie)).toBe('');
  });

  test('opens no second browser with the same address, nor one without', async () => {
    const page = await newPage(browser);
    const used = await page.goto(app.host?.url ?? '');
    expect(used?.status()).toBe(401);
    await page.getByText('opens one browser, once').waitFor();
    const without = await page.goto(app.host?.origin ?? '');
    expect(without?.status()).toBe(401);
  });

  test('is out of reach of pages from elsewhere on this machine', async () => {
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = await app.page.context().newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const reached = await page.evaluate(async (origin) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`);
      const opened = new Promise<boolean>((resolve) => {
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      });
      const fetched = await fetch(origin, { credentials: 'include' }).then(
        () => true,
        () => false,
      );
      return [await opened, fetched];
    }, app.host?.origin ?? '');
    expect(reached).toEqual([false, false]);
    await page.close();
    server.close();
  });
});

describe('starting and ending', () => {
  test('Ctrl-C checkpoints what trains, exits with 0, and leaves it paused for the next start', async () => {
    const app = await openInBrowser();
    const run = await startLongRun(app);
    expect(await app.host?.interrupt()).toBe(0);
    const host = await startHostProcess(app.home);
    await app.page.goto(host.url);
    await app.page.waitForURL((url) => url.pathname === '/');
    const { status, step } = await summaryOf(app, run);
    expect(status).toBe('paused');
    expect(step).toBeGreaterThan(0);
    await host.interrupt();
    await app.close();
  });

  test('a port in use is said to be so, with the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    using home = temporaryFolder();
    await expect(startHostProcess(home.path, ['--port', String(port)])).rejects.toThrow(
      new RegExp(`code 1:\\n.*Port ${port} is in use.*\\n.*--port`),
    );
    server.close();
  });

  test.each([
    [['--port', 'many'], /code 2:\n.*"many" is no port/],
    [['--prot', '1'], /code 2:\n.*--prot/],
    [['--exit'], /code 2:\n.*--exit goes with --demo/],
  ])('%j is bad input', async (args, message) => {
    using home = temporaryFolder();
    await expect(startHostProcess(home.path, args)).rejects.toThrow(message);
  });
});
