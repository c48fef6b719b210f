import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lfw } from '../../core/data/definitions/lfw.ts';
import { launchBrowser, newPage } from '../support/browser.ts';
import { slowServer } from '../support/data/slow-server.ts';
import { startHostProcess } from '../support/host.ts';
import { temporaryFolder } from '../support/project.ts';
import { keepFull, onSmallDisk } from '../support/small-disk.ts';

/** A port on which nobody answers. */
const nobody = 'http://127.0.0.1:9';
const archiveBytes = 180_566_744;

describe('a download in the window', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** The page of LFW, whose second mirror is asked through a proxy; ends the host that serves it. */
  async function onItsPage(home: string, proxy: string, look: (page: Page) => Promise<void>): Promise<void> {
    const variables = { HTTP_PROXY: proxy, HTTPS_PROXY: nobody, NO_PROXY: '' };
    const both = Object.entries(variables).flatMap(([name, value]) => [
      [name, value],
      [name.toLowerCase(), value],
    ]);
    const host = await startHostProcess(home, ['--port', '0'], Object.fromEntries(both));
    const page = await newPage(browser);
    try {
      await page.goto(host.url);
      await page.getByRole('navigation', { name: 'Activities' }).waitFor();
      await page.evaluate(() => {
        location.hash = '/data/lfw';
      });
      await page.getByRole('heading', { level: 1, name: lfw.title }).waitFor();
      await look(page);
    } finally {
      await page.close();
      await host.interrupt();
    }
  }

  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  const panel = (page: Page) => page.getByRole('group', { name: lfw.title });
  const partOf = (home: string) => join(home, 'datasets', '.incoming', 'lfw');
  const start = (page: Page) => button(page, /^Download 18\d MB/).click();
  const rate = (page: Page) => panel(page).getByText(/ of 18\d MB · \d.* MB\/s · .* left/);

  test('shows rate and time left, pauses, outlasts a restart, goes on where it was, and is cancelled without a trace', async () => {
    using home = temporaryFolder();
    await using server = await slowServer(archiveBytes);
    await onItsPage(home.path, server.url, async (page) => {
      await start(page);
      await rate(page).waitFor();
      await button(page, 'Pause').click();
      await panel(page).getByText('Paused').waitFor();
      await button(page, 'Go on with the download').click();
      await rate(page).waitFor();
    });
    // The host was ended amid it.
    expect(server.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    const before = server.ranges.length;
    await onItsPage(home.path, server.url, async (page) => {
      await panel(page).getByText('Paused').waitFor();
      await panel(page)
        .getByText(/^[1-9].* of 18\d MB/)
        .waitFor();
      await button(page, 'Go on with the download').click();
      await rate(page).waitFor();
      expect(server.ranges.slice(before)).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
      await panel(page).getByRole('button', { name: 'Cancel' }).click();
      await button(page, /^Download 18\d MB/).waitFor();
      expect(existsSync(partOf(home.path))).toBe(false);
    });
  });

  test('that nobody answers says so, with what to fetch elsewhere, and can be tried again', async () => {
    using home = temporaryFolder();
    await onItsPage(home.path, nobody, async (page) => {
      await start(page);
      const alert = panel(page).getByRole('alert');
      await alert
        .getByText(/refuses connections/)
        .first()
        .waitFor();
      await panel(page).getByText('Stopped by an error').waitFor();
      await panel(page)
        .getByText(/Fetch these files elsewhere/)
        .waitFor();
      await button(page, 'Go on with the download').click();
      await panel(page).getByRole('alert').waitFor();
      await panel(page).getByRole('button', { name: 'Cancel' }).click();
      await button(page, /^Download 18\d MB/).waitFor();
    });
  });

  test('is not begun where the disk has no room for it', async ({ skip }) => {
    await onSmallDisk(skip, 40_000, (disk) =>
      onItsPage(disk, nobody, async (page) => {
        await panel(page)
          .getByText(/That is more than the .* that are free/)
          .waitFor();
        expect(await button(page, /^Download 18\d MB/).isDisabled()).toBe(true);
      }),
    );
  });

  test('whose disk fills up says so, and goes on once there is room', async ({ skip }) => {
    await using server = await slowServer(archiveBytes);
    await onSmallDisk(skip, 500_000, (disk) =>
      onItsPage(disk, server.url, async (page) => {
        await start(page);
        await rate(page).waitFor();
        const ballast = join(disk, 'ballast');
        const said = panel(page)
          .getByRole('alert')
          .getByText(/space|full|room/)
          .first();
        await keepFull(ballast, () => said.isVisible());
        const [part = ''] = readdirSync(partOf(disk));
        expect(statSync(join(partOf(disk), part)).size).toBeGreaterThan(0);
        rmSync(ballast);
        await button(page, 'Go on with the download').click();
        await rate(page).waitFor();
        expect(server.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
      }),
    );
  });
});
