import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRun } from '../../core/engine/new-run.ts';
import { openStore } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { launchBrowser, newPage } from '../support/browser.ts';
import { type Faults, failingHooks, faultsVariable } from '../support/failing-gpu/faults.ts';
import { startHostProcess } from '../support/host.ts';
import { temporaryFolder } from '../support/project.ts';
import { installBars, tinyExperiment } from '../support/training.ts';
import { useSoftwareVulkan, vulkanMissing } from '../support/vulkan.ts';

const missing = vulkanMissing();
const because = missing ? ` (skipped: ${missing})` : '';

describe.skipIf(missing)(`a run on a GPU that is lost over and over${because}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    useSoftwareVulkan();
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Queues a run on the GPU, which is lost after 40 steps and then at once each time; opens its page. */
  async function onRunPage(home: string, look: (page: Page) => Promise<void>): Promise<void> {
    installBars(home, { train: 600, test: 100 });
    const config = tinyExperiment({ backend: 'gpu', train: { epochs: 3 } });
    const store = openStore(home);
    const experiment = store.experiments.create(config.name, config);
    const [run = ''] = store.runs.create(
      experiment,
      expandExperiment(parseExperiment({ config })).map(newRun),
    );
    store.close();
    const faults: Faults = { kind: 'lost', afterSteps: [40, 0, 0, 0, 0], tally: join(home, 'workers') };
    writeFileSync(faults.tally, '');
    const host = await startHostProcess(home, ['--port', '0'], {
      NODE_OPTIONS: `--import=${failingHooks}`,
      [faultsVariable]: JSON.stringify(faults),
    });
    const page = await newPage(browser);
    try {
      await page.goto(host.url);
      await page.getByRole('navigation', { name: 'Activities' }).waitFor();
      await page.evaluate((id) => {
        location.hash = `/run/${id}`;
      }, run);
      await look(page);
      expect(readFileSync(faults.tally, 'utf8')).toHaveLength(4);
    } finally {
      await page.close();
      await host.interrupt();
    }
  }

  test('says so, and goes on with the processor from its last checkpoint when told to', async () => {
    using folder = temporaryFolder();
    await onRunPage(folder.path, async (page) => {
      const panel = page.getByRole('alert');
      await panel.getByText('The GPU was lost').waitFor();
      const main = page.getByRole('main');
      await main.getByText('failed').first().waitFor();
      await panel.getByRole('button', { name: 'Go on with the processor' }).click();
      await main.getByText('finished').first().waitFor();
      await panel.waitFor({ state: 'detached' });
      await page.getByRole('tab', { name: 'Log' }).click();
      const lines = page.getByText(/^Going on from step 29 on /);
      const devices = async () =>
        (await lines.allTextContents()).map((line) => /step 29 on (.*), \d+ thread/.exec(line)?.[1]);
      await expect.poll(async () => (await devices()).length).toBe(4);
      const [gpu, ...others] = await devices();
      expect(others).toEqual([gpu, gpu, expect.not.stringContaining(String(gpu))]);
    });
  });
});
