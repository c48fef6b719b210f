import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRun } from '../../core/engine/new-run.ts';
import { openStore } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { openInBrowser } from '../support/app.ts';
import { launchBrowser, newPage } from '../support/browser.ts';
import { type HostProcess, startHostProcess } from '../support/host.ts';
import { freePort } from '../support/ports.ts';
import { isAlive, workerOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/project.ts';
import { keepFull, onSmallDisk } from '../support/small-disk.ts';
import { queueRuns } from '../support/store.ts';
import { installBars, tinyExperiment } from '../support/training.ts';

/** What a user sees of what goes wrong outside Convolab, and how it goes on once that is mended. */

const panelIn = (page: Page) => page.getByRole('alert');
const retry = (page: Page) => page.getByRole('button', { name: 'Try again' }).first().click();

describe('a data folder that cannot be opened', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Opens the window of a host on `home`, and ends both. */
  async function inWindow(
    home: string,
    look: (page: Page, host: HostProcess) => Promise<void>,
  ): Promise<void> {
    const host = await startHostProcess(home);
    const page = await newPage(browser);
    try {
      await page.goto(host.url);
      await look(page, host);
    } finally {
      await page.close();
      await host.interrupt();
    }
  }

  test('for its newer store is told by version in window and terminal, untouched, and opens once it is mended', async () => {
    using folder = temporaryFolder();
    const store = openStore(folder.path);
    const [run = ''] = queueRuns(store, 'a run of before');
    store.runs.transition(run, 'stopped');
    store.close();
    const path = join(folder.path, 'convolab.sqlite');
    const version = setVersion(path, 9999);
    const bytes = readFileSync(path);
    await inWindow(folder.path, async (page, host) => {
      await panelIn(page).getByText('version 9999, made by a newer Convolab').waitFor();
      await panelIn(page).getByText('Update Convolab').waitFor();
      await panelIn(page).getByText(path).waitFor();
      await page.getByText('The engine cannot work').waitFor();
      await expect
        .poll(() => host.output())
        .toMatch(/cannot open its data folder: .*version 9999.*\n.*Update Convolab/);
      expect(readFileSync(path)).toEqual(bytes);
      setVersion(path, version);
      await retry(page);
      await page.getByRole('treeitem', { name: /a run of before/ }).waitFor();
      await panelIn(page).waitFor({ state: 'detached' });
      expect(await host.interrupt()).toBe(0);
    });
  });

  test('for its damaged store is told by file, which is left as it is, and opens once it is moved away', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'convolab.sqlite');
    writeFileSync(path, 'no store at all'.repeat(1000));
    await inWindow(folder.path, async (page) => {
      await panelIn(page).getByText('The store cannot be read').waitFor();
      await panelIn(page).getByText('Move the file away').waitFor();
      renameSync(path, `${path}.moved`);
      await retry(page);
      await page.getByRole('heading', { name: 'Train convolutional networks' }).waitFor();
      expect(readFileSync(`${path}.moved`, 'utf8')).toContain('no store at all');
    });
  });

  test('for being unwritable is told by name, with exit code 1 at the end where nobody mended it', async () => {
    using folder = temporaryFolder();
    const home = join(folder.path, 'home');
    writeFileSync(home, 'a file in the place of the folder');
    await inWindow(home, async (page, host) => {
      await panelIn(page).getByText('The data folder cannot be made').waitFor();
      await panelIn(page).getByText('--home or CONVOLAB_HOME').waitFor();
      await retry(page);
      await panelIn(page).getByText('The data folder cannot be made').waitFor();
      expect(await host.interrupt()).toBe(1);
    });
    await inWindow(home, async (page) => {
      await panelIn(page).waitFor();
      rmSync(home);
      mkdirSync(home);
      await retry(page);
      await page.getByRole('heading', { name: 'Train convolutional networks' }).waitFor();
    });
  });
});

/** Writes another version into a store's file; gives the one it had. */
function setVersion(path: string, version: number): number {
  const database = new Database(path);
  const before = Number(database.pragma('user_version', { simple: true }));
  database.pragma(`user_version = ${version}`);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return before;
}

describe('a run', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Queues a small run in a data folder, and opens its page in the window of a host that trains it. */
  async function onRunPage(
    home: string,
    config: ReturnType<typeof tinyExperiment>,
    look: (page: Page, run: string) => Promise<void>,
  ): Promise<void> {
    const store = openStore(home);
    const experiment = store.experiments.create(config.name, config);
    const [run = ''] = store.runs.create(
      experiment,
      expandExperiment(parseExperiment({ config })).map(newRun),
    );
    store.close();
    const host = await startHostProcess(home);
    const page = await newPage(browser);
    try {
      await page.goto(host.url);
      await page.getByRole('navigation', { name: 'Activities' }).waitFor();
      await page.evaluate((id) => {
        location.hash = `/run/${id}`;
      }, run);
      await look(page, run);
    } finally {
      await page.close();
      await host.interrupt();
    }
  }

  const status = (page: Page, word: string) =>
    page.locator('header').getByText(word, { exact: true }).waitFor();

  test('on a truncated data set says which file, and trains once that is whole', async () => {
    using home = temporaryFolder();
    installBars(home.path, { train: 600, test: 100 });
    const images = join(home.path, 'datasets', 'mnist', 'train-images-idx3-ubyte');
    const whole = readFileSync(images);
    truncateSync(images, whole.length - 1000);
    await onRunPage(home.path, tinyExperiment({ train: { epochs: 2 } }), async (page) => {
      await panelIn(page).getByText('train-images-idx3-ubyte').first().waitFor();
      await status(page, 'Failed');
      writeFileSync(images, whole);
      await page.getByRole('button', { name: 'Resume' }).click();
      await status(page, 'Finished');
    });
  });

  test('whose checkpoint finds a full disk says so, and goes on once there is room', async ({ skip }) => {
    await onSmallDisk(skip, 12_000, async (disk) => {
      installBars(disk, { train: 600, test: 100 });
      // Its checkpoints are larger than the pages that are left to the store; snapshots would fill the disk by themselves.
      const config = tinyExperiment({
        model: { preset: 'lenet-5' },
        train: { epochs: 100_000, snapshots: { weights: false, predictions: false, health: false } },
      });
      await onRunPage(disk, config, async (page, run) => {
        // Past the first epoch: at its end its checkpoint is still to be written.
        await page
          .getByText(/^([2-9]|\d\d)[\d.]* of 100000/)
          .first()
          .waitFor();
        const ballast = join(disk, 'ballast');
        const worker = workerOf(disk, run);
        await keepFull(ballast, () => !isAlive(worker));
        rmSync(ballast);
        await panelIn(page)
          .getByText(/space|full/)
          .first()
          .waitFor();
        await page.getByRole('button', { name: 'Resume' }).click();
        await status(page, 'Running');
      });
    });
  });
});

describe('after the host was started again', () => {
  test('an open window and a reloaded one say that their link has ended, and go on once the new one was opened', async () => {
    const port = String(await freePort());
    const app = await openInBrowser(['--port', port]);
    const { page } = app;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await app.host?.interrupt();
    const host = await startHostProcess(app.home, ['--port', port]);
    await panelIn(page).getByText('was started again').waitFor();
    await panelIn(page).getByText('new link printed in the terminal').waitFor();
    const reloaded = await app.newWindow();
    await reloaded.getByRole('heading', { name: 'link has ended' }).waitFor();
    await reloaded.goto(host.url);
    await reloaded.getByRole('navigation', { name: 'Activities' }).waitFor();
    await retry(page);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await panelIn(page).waitFor({ state: 'detached' });
    await host.interrupt();
    await app.close();
  });
});
