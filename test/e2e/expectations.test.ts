import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRun } from '../../core/engine/new-run.ts';
import { openStore } from '../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../core/train/experiment.ts';
import { type App, openInBrowser } from '../support/app.ts';
import { finish, startCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/project.ts';
import { putRuns } from '../support/trained-store.ts';
import { openPage, smallExperiment, trainedRun } from '../support/window.ts';

/** What users of an experiment workbench expect, where no page's own specs show it. */
describe('a user of the workbench', () => {
  let app: App;
  /** Addresses that any page asked for. */
  const asked: string[] = [];
  const card = (title: string) => app.page.getByRole('region', { name: title, exact: true });

  beforeAll(async () => {
    app = await openInBrowser();
    app.page.on('request', (request) => asked.push(request.url()));
  });
  afterAll(() => app?.close());

  test('repeats an experiment with three seeds: three runs of one group that differ in nothing else', async () => {
    await app.call('settings.set', { values: { 'pool.cpuSlots': 1 } });
    const { runs } = await app.call('experiments.create', {
      config: { ...smallExperiment('repeated', 50), seeds: [1, 2, 3] },
    });
    const group = app.page.getByRole('treeitem', { name: /^repeated 3/ });
    await group.waitFor();
    for (const run of runs) await app.call('runs.stop', { run });
    const { differences, groups } = await app.call('runs.compare', { runs });
    expect(differences.map(({ path }) => path)).toEqual(['seed']);
    expect(groups.map(({ runs: members }) => members.length)).toEqual([3]);
  });

  test('sees the schedule of the learning rate before the start, and the rate that was used afterwards', async () => {
    const small = smallExperiment('stepwise', 2);
    const config = {
      ...small,
      dataset: { ...small.dataset, validation: 0.9 },
      train: { ...small.train, schedule: { type: 'step', every: 1, factor: 0.5 } },
    };
    const { runs } = await app.call('experiments.create', { config });
    await openPage(app, `/new?clone=${runs[0]}`);
    const schedule = app.page.getByRole('img', { name: /^Learning rate over/ });
    await schedule.waitFor();
    await expect.poll(() => schedule.getAttribute('aria-label')).toMatch(/2 epochs: 0\.05 to 0\.025$/);
    const status = async () => (await app.call('runs.get', { run: runs[0] ?? '' })).summary.status;
    await expect.poll(status).toBe('finished');
    await openPage(app, `/run/${runs[0]}?tab=curves`);
    await app.page
      .getByRole('heading', { name: /learning rate|^Rate$/i })
      .first()
      .waitFor();
  });

  test('starts the same experiment elsewhere from the configuration of a run, and gets the same numbers', async () => {
    const small = smallExperiment('to take away', 2);
    const config = {
      ...small,
      dataset: { ...small.dataset, validation: 0.9 },
      model: { preset: 'lenet-5', options: { activation: 'tanh', pooling: 'max' } },
      train: { ...small.train, schedule: { type: 'cosine', warmup: 0.5 } },
      seeds: [7],
      backend: 'cpu',
    };
    const run = await trainedRun(app, config);
    await openPage(app, `/run/${run}?tab=configuration`);
    const [file] = await Promise.all([
      app.page.waitForEvent('download'),
      app.page.getByRole('button', { name: 'Save as file' }).click(),
    ]);
    const elsewhere = await openInBrowser();
    try {
      const { page } = elsewhere;
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Open a file' }).click(),
      ]);
      await chooser.setFiles({
        name: file.suggestedFilename(),
        mimeType: 'application/yaml',
        buffer: readFileSync(await file.path()),
      });
      await page.getByRole('button', { name: 'Start 1 run' }).click();
      const found = async () => (await elsewhere.call('runs.list', {}))[0];
      await expect.poll(async () => (await found())?.status).toBe('finished');
      const again = (await elsewhere.call('runs.get', { run: (await found())?.id ?? '' })) ?? {};
      const first = await app.call('runs.get', { run });
      expect(again.config).toEqual(first.config);
      const figures = ({ summary }: typeof first) => {
        const { 'train/images-per-second': _pace, ...last } = summary.last;
        return { ...last, best: summary.best, bestEpoch: summary.bestEpoch, test: summary.test };
      };
      // On the CPU to the last bit.
      expect(Object.keys(figures(first)).length).toBeGreaterThan(5);
      expect(figures(again)).toEqual(figures(first));
      expect(elsewhere.errors).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test('is told why a run ended early', async () => {
    const small = smallExperiment('early', 50);
    const earlyStopping = { type: 'reached', metric: 'validation/accuracy', value: 0.1 };
    const config = { ...small, train: { ...small.train, earlyStopping } };
    const { runs } = await app.call('experiments.create', { config });
    await openPage(app, `/run/${runs[0]}?tab=log`);
    await app.page
      .getByText(/validation\/accuracy came to .*, and was to reach 0\.1\./)
      .first()
      .waitFor();
    // Its log says so before the run is over.
    const summary = async () => (await app.call('runs.get', { run: runs[0] ?? '' })).summary;
    await expect.poll(summary).toMatchObject({ status: 'finished', bestEpoch: 1 });
  });

  test('sees a run of the command line appear, and train, in the open window', async () => {
    await openPage(app, '/queue');
    using folder = temporaryFolder();
    const words = [
      'run',
      'lenet-5',
      '--epochs',
      '1000',
      '--set',
      'name=from the terminal',
      '--backend',
      'cpu',
    ];
    const child = startCli(app.home, [...words, '--json'], folder.path);
    child.stdin?.end();
    await app.page
      .getByRole('treeitem', { name: /from the terminal/ })
      .first()
      .waitFor();
    const item = app.page.getByRole('treeitem', { name: /Running/ }).first();
    await item.waitFor();
    child.kill('SIGINT');
    const { code } = await finish(child);
    expect(code).toBe(0);
    await expect.poll(() => app.page.getByRole('treeitem', { name: /Running/ }).count()).toBe(0);
  });

  test('has the single runs of a group as thin lines when asked, and not before', async () => {
    const store = openStore(app.home);
    const ids = putRuns(
      store,
      [1, 2, 3].map((seed) => ({
        name: 'lines',
        activation: 'relu',
        seed,
        accuracies: [0.5, 0.7 + 0.01 * seed],
      })),
    );
    store.close();
    await app.page.reload();
    await openPage(app, `/compare?runs=${ids.join(',')}`);
    await card('Accuracy').getByText('(n = 3)').waitFor();
    await card('Accuracy').getByRole('button', { name: 'Show as table' }).click();
    const lines = async () =>
      new Set(await card('Accuracy').locator('[data-index] [role=gridcell]:nth-child(1)').allTextContents());
    await expect.poll(async () => (await lines()).size).toBe(1);
    await app.page.getByRole('checkbox', { name: 'single runs' }).click();
    await expect.poll(async () => (await lines()).size).toBe(4);
    await app.page.getByRole('checkbox', { name: 'single runs' }).click();
    await expect.poll(async () => (await lines()).size).toBe(1);
  });

  test('is told what is not known of a machine, and no figure in its place', async () => {
    const store = openStore(app.home);
    const config = smallExperiment('of unknown make');
    const made = expandExperiment(parseExperiment({ config }))
      .map(newRun)
      .map((run) => ({ ...run, environment: { ...run.environment, 'gpu driver': null } }));
    // At once: the engine must not take it in between.
    const run = store.transaction(() => {
      const [id = ''] = store.runs.create(store.experiments.create(config.name, config), made);
      store.runs.transition(id, 'stopped');
      return id;
    });
    store.close();
    await app.page.reload();
    await openPage(app, `/run/${run}?tab=configuration`);
    const row = (key: string) => app.page.getByRole('row', { name: new RegExp(`^${key} `) });
    await row('gpu driver').waitFor();
    await expect.poll(() => row('gpu driver').textContent()).toContain('not available');
    await expect.poll(() => row('node').textContent()).toMatch(/\d+\.\d+\.\d+/);
  });

  test('finds a chart among many by its name', async () => {
    const store = openStore(app.home);
    const [run = ''] = putRuns(store, [
      { name: 'many', activation: 'relu', seed: 1, accuracies: [0.5, 0.6] },
    ]);
    const at = { run, step: 200, epoch: 2, seconds: 4 };
    store.metrics.append(
      ['C1', 'C3', 'C5', 'F6', 'OUT'].map((layer) => ({ ...at, metric: `health/norm-${layer}`, value: 1 })),
    );
    store.close();
    await app.page.reload();
    for (const path of [`/run/${run}?tab=curves`, `/compare?runs=${run}`]) {
      await openPage(app, path);
      await card('norm-C5').waitFor();
      const field = app.page.getByRole('textbox', { name: 'Find a chart' });
      await field.fill('norm c5');
      await expect.poll(() => app.page.locator('section.card').count()).toBe(1);
      await card('norm-C5').waitFor();
      await field.fill('nothing like it');
      await app.page.getByText('No chart has “nothing like it” in its name.').waitFor();
      await field.fill('');
      await card('Accuracy').waitFor();
    }
  });

  test('has no chart in the page that is far out of view', async () => {
    await app.page.setViewportSize({ width: 900, height: 300 });
    const far = () =>
      app.page
        .locator('section.card')
        .evaluateAll((all) =>
          all
            .filter((one) => one.getBoundingClientRect().top > innerHeight + 250)
            .map((one) => one.querySelectorAll('canvas').length),
        );
    await expect.poll(async () => (await far()).length).toBeGreaterThan(0);
    await expect.poll(async () => Math.max(...(await far()))).toBe(0);
    await app.page.locator('section.card').last().scrollIntoViewIfNeeded();
    await app.page.locator('section.card').last().locator('canvas').waitFor();
    await app.page.setViewportSize({ width: 1440, height: 900 });
  });

  test('finds a spike of one step among 100,000 in the picture’s numbers, however far zoomed out', async () => {
    const store = openStore(app.home);
    const [run = ''] = putRuns(store, [
      { name: 'spiky', activation: 'relu', seed: 1, accuracies: [0.5, 0.6] },
    ]);
    const count = 100_000;
    for (let start = 0; start < count; start += 10_000) {
      store.metrics.append(
        Array.from({ length: 10_000 }, (_, i) => {
          const step = start + i;
          const value = step === 37_373 ? 7.75 : 0.5 + 0.1 * Math.sin(step);
          return { run, metric: 'train/loss', step, epoch: step / 50_000, seconds: step / 1000, value };
        }),
      );
    }
    store.close();
    await app.page.reload();
    await openPage(app, `/run/${run}?tab=curves`);
    const written = async () => {
      await card('Loss').getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        app.page.waitForEvent('download'),
        app.page.getByRole('menuitem', { name: /CSV/ }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    // A hundred thousand points take a moment to be read.
    await expect.poll(written).toContain('train');
    const csv = await written();
    expect(csv.split('\r\n').length).toBeLessThan(count / 10);
    expect(csv).toContain('7.75');
    // The axis of the picture reaches up to it.
    await card('Loss').getByRole('application').focus();
    await expect.poll(() => card('Loss').locator('canvas').count()).toBe(1);
  });

  test('needs no network but this machine’s', () => {
    expect(asked.length).toBeGreaterThan(10);
    const origin = new URL(app.page.url()).origin;
    expect(asked.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url))).toEqual([]);
    expect(app.errors).toEqual([]);
  });
});
