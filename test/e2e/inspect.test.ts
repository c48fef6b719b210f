import { beforeAll, describe, expect, test } from 'vitest';
import { formatFraction, formatPlain } from '../../renderer/charts/format.ts';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { installBars, tinyExperiment } from '../support/training.ts';
import { openPage, trainedRun } from '../support/window.ts';

const epochs = 3;

/** Learns a little on 480 small images: enough to be looked at, and wrong often enough. */
function quick(name: string, activation: string, train: Readonly<Record<string, unknown>> = {}) {
  return tinyExperiment({
    name,
    dataset: { validation: 120 },
    model: { preset: 'lenet-5', options: { activation } },
    train: { epochs, batchSize: 64, optimizer: { type: 'sgd', lr: 0.002 }, ...train },
  });
}

describeInShells('looking inside a run', (app) => {
  let relu = '';
  let sigmoid = '';
  let bare = '';
  const open = (run: string, tab: string) => openPage(app(), `/run/${run}?tab=${tab}`);
  const slider = () => app().page.getByRole('slider', { name: 'Epoch', exact: true });
  const images = () => app().page.getByRole('region', { name: 'Images behind the matrix' });

  beforeAll(async () => {
    installBars(app().home, { train: 600, test: 300 });
    await openPage(app(), '/experiments');
    relu = await trainedRun(app(), quick('inside relu', 'relu'));
    sigmoid = await trainedRun(app(), quick('inside sigmoid', 'sigmoid'));
    bare = await trainedRun(
      app(),
      quick('inside bare', 'relu', { snapshots: { weights: false, predictions: false, health: false } }),
    );
  });

  describe('the confusion matrix', () => {
    test('opens the images of a cell, as many as it counts, worst first', async () => {
      await open(relu, 'confusion');
      const { page } = app();
      await images()
        .getByText(/Worst mistakes/)
        .waitFor();
      const confusion = await app().call('runs.confusion', { run: relu, epoch: epochs });
      const flat = (confusion?.counts ?? []).flatMap((row, truth) =>
        row.map((count, predicted) => ({ truth, predicted, count })),
      );
      const cell = flat
        .filter(({ truth, predicted }) => truth !== predicted)
        .reduce((most, each) => (each.count > most.count ? each : most));
      await page.locator(`[data-cell="${cell.truth},${cell.predicted}"]`).click();
      await images().getByText(`${cell.truth} taken for ${cell.predicted}: ${cell.count}`).waitFor();
      const labels = () =>
        images()
          .getByRole('option')
          .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
      const taken = `${cell.truth}, taken for ${cell.predicted}`;
      await expect
        .poll(labels)
        .toEqual(new Array(Math.min(60, cell.count)).fill(expect.stringContaining(taken)));
      const sure = (await labels()).map((label) => Number(/with ([\d.]+)%/.exec(label)?.[1]));
      expect(sure).toEqual([...sure].sort((a, b) => b - a));
    });

    test('walks the images by arrow keys, and leads to their way through the network', async () => {
      const { page } = app();
      await open(relu, 'confusion');
      const first = images().getByRole('option').first();
      await first.click();
      await page.keyboard.press('ArrowRight');
      const second = images().getByRole('option').nth(1);
      await expect.poll(() => second.getAttribute('aria-selected')).toBe('true');
      await expect.poll(() => second.evaluate((element) => element === document.activeElement)).toBe(true);
      const index = /Image (\d+)/.exec((await second.getAttribute('aria-label')) ?? '')?.[1];
      await images().getByRole('link', { name: 'Its way through the network' }).click();
      await expect.poll(() => page.url()).toContain(`image=${index}`);
    });

    test('of the validation set counts that set', async () => {
      const { page } = app();
      await open(relu, 'confusion');
      await page.getByRole('combobox', { name: 'Images that are counted' }).click();
      await page.getByRole('option', { name: 'of the validation set' }).click();
      await page.getByText(/of 120 images of the validation set/).waitFor();
      await images()
        .getByText(/Worst mistakes/)
        .waitFor();
      await page.getByRole('combobox', { name: 'Images that are counted' }).click();
      await page.getByRole('option', { name: 'of the test set' }).click();
      await page.getByText(/of 300 images of the test set/).waitFor();
    });
  });

  describe('the one epoch slider', () => {
    test('moves the matrix, the kernels and the health together, and follows the latest again', async () => {
      const { page } = app();
      await open(relu, 'confusion');
      await slider().focus();
      await page.keyboard.press('Home');
      await page.getByText(/After epoch 1, /).waitFor();
      await expect.poll(() => page.getByRole('checkbox', { name: 'follow latest' }).isChecked()).toBe(false);

      await open(relu, 'kernels');
      const c1 = page.getByRole('region', { name: 'Kernels of layer C1' });
      const written = async (epoch: number) => {
        const { minimum } = await app().call('runs.kernels', { run: relu, layer: 'C1', checkpoint: epoch });
        return Number(minimum.toPrecision(4));
      };
      const range = async () =>
        Number(
          /from (\S+) to/.exec((await c1.locator('.range').textContent()) ?? '')?.[1]?.replace('−', '-'),
        );
      await expect.poll(range).toBeCloseTo(await written(1), 6);
      await open(relu, 'health');
      await page.getByRole('heading', { name: 'Layers after epoch 1' }).waitFor();
      await page.keyboard.press('.');
      await page.getByRole('heading', { name: 'Layers after epoch 2' }).waitFor();
      await page.getByRole('checkbox', { name: 'follow latest' }).click();
      await page.getByRole('heading', { name: `Layers after epoch ${epochs}` }).waitFor();
      await open(relu, 'kernels');
      await expect.poll(range).toBeCloseTo(await written(epochs), 6);
    });
  });

  test('the slider keeps up with a run that trains', async () => {
    const { page } = app();
    // More epochs than there are looks, however fast it trains.
    const { runs } = await app().call('experiments.create', {
      config: quick('keeping up', 'relu', { epochs: 100_000 }),
    });
    await open(runs[0] as string, 'confusion');
    const seen = new Set<string>();
    do {
      const [at, said] = await page
        .getByRole('group', { name: 'Epoch' })
        .evaluate((bar) => [bar.querySelector('input')?.value, bar.querySelector('output')?.textContent]);
      expect(said).toBe(`epoch ${at} of ${at}`);
      seen.add(String(at));
    } while (seen.size < 10);
    await app().call('runs.stop', { run: runs[0] as string });
  });

  test('kernels show how they came about as a film, from which an epoch is chosen', async () => {
    const { page } = app();
    await open(relu, 'kernels');
    const c1 = page.getByRole('region', { name: 'Kernels of layer C1' });
    await c1.getByRole('checkbox', { name: 'film over epochs' }).click();
    await c1.getByRole('img', { name: /over the epochs/ }).waitFor();
    await c1.getByRole('button', { name: 'epoch 2' }).click();
    await expect.poll(() => slider().inputValue()).toBe('2');
    await page.getByRole('checkbox', { name: 'follow latest' }).click();
  });

  describe('health', () => {
    test('shows saturated outputs by a threshold that can be changed', async () => {
      const { page } = app();
      await open(sigmoid, 'health');
      const cell = async () => {
        const row = page.getByRole('row', { name: /^C5 / });
        return Number.parseFloat((await row.getByRole('cell').nth(2).textContent()) ?? '');
      };
      await page.getByRole('heading', { name: `Layers after epoch ${epochs}` }).waitFor();
      const threshold = page.getByRole('spinbutton', { name: /Saturated/ });
      const { epochs: kept } = await app().call('runs.health', { run: sigmoid });
      const outputs = kept.at(-1)?.layers.find(({ layer }) => layer === 'C5')?.outputs;
      const ends = [...(outputs?.counts.slice(0, 10) ?? []), ...(outputs?.counts.slice(-10) ?? [])];
      const share = ends.reduce((sum, count) => sum + count, 0) / (outputs?.count ?? 1);
      await threshold.fill('5');
      await expect.poll(cell).toBeCloseTo(100 * share, 1);
      await threshold.fill('50');
      await expect.poll(cell).toBe(100);
      await threshold.fill('5');
      await expect.poll(cell).toBeCloseTo(100 * share, 1);
    });

    test('of another run is seen beside it, after the same epoch', async () => {
      const { page } = app();
      await openPage(app(), `/run/${sigmoid}?tab=health&beside=${relu}`);
      await page.getByRole('slider', { name: 'Epoch', exact: true }).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: 'Layers after epoch 2' }).waitFor();
      for (const [run, name, figure] of [
        [sigmoid, 'inside sigmoid', 'sigmoid'],
        [relu, 'inside relu', 'relu'],
      ] as const) {
        const table = page.getByRole('region', { name: new RegExp(`^Health of the layers of ${name}`) });
        await table.getByRole('row', { name: /^C3 / }).waitFor();
        const { epochs: all } = await app().call('runs.health', { run });
        const second = all.find(({ epoch }) => epoch === 2);
        const parameter = second?.parameters.find((each) => each.parameter === 'C3.weight');
        const { dead, units } = second?.layers.find(({ layer }) => layer === 'C3') ?? {};
        const cells = async () => {
          const row = table.getByRole('row', { name: /^C3 / });
          const [name, gradient, , deadShare, ratio, norm] = await row.getByRole('cell').allTextContents();
          return [name, gradient, deadShare, ratio, norm];
        };
        await expect
          .poll(cells)
          .toEqual([
            figure,
            formatPlain(parameter?.gradient.norm ?? Number.NaN),
            dead && units ? formatFraction(dead.length / units) : '–',
            formatPlain(parameter?.updateRatio ?? Number.NaN),
            formatPlain(parameter?.weights.norm ?? Number.NaN),
          ]);
      }
      await page.getByRole('checkbox', { name: 'follow latest' }).click();
    });

    test('has histograms of every layer, with the numbers behind them', async () => {
      const { page } = app();
      await open(relu, 'health');
      const panel = page.getByRole('region', { name: 'C3: activations' });
      await panel.getByRole('img', { name: /epochs from left to right/ }).waitFor();
      await panel.getByRole('button', { name: 'Show as table' }).click();
      const rows = panel.getByRole('grid');
      await rows.waitFor();
      await expect.poll(() => rows.getAttribute('aria-rowcount')).toBe(String(epochs + 1));
      const { epochs: kept } = await app().call('runs.health', { run: relu });
      const [first] = kept;
      const outputs = first?.layers.find(({ layer }) => layer === 'C3')?.outputs;
      const weights = first?.parameters.find(({ parameter }) => parameter === 'C3.weight');
      const row = (of: typeof outputs) =>
        [of?.minimum, of?.maximum, of?.mean, of?.deviation].map((value) => formatPlain(value ?? Number.NaN));
      const written = async () => {
        const cells = await page.getByRole('grid').getByRole('gridcell').allTextContents();
        return cells.map((cell) => cell.trim()).slice(0, 12);
      };
      await expect.poll(written).toEqual(expect.arrayContaining(row(outputs)));
      for (const [kind, distribution] of [
        ['weights', weights?.weights],
        ['gradients', weights?.gradient],
      ] as const) {
        await page.getByRole('combobox', { name: 'Histograms of' }).click();
        await page.getByRole('option', { name: kind }).click();
        const other = page.getByRole('region', { name: `C3: ${kind}` });
        await other.getByRole('grid').waitFor();
        await expect.poll(written).toEqual(expect.arrayContaining(row(distribution)));
      }
    });
  });

  test('a run that kept nothing shows what there is, and says what is missing', async () => {
    const { page } = app();
    await open(bare, 'confusion');
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
    await page.getByText(/this run kept no single predictions/).waitFor();
    await open(bare, 'kernels');
    await page.getByRole('img', { name: /Kernels of layer C1/ }).waitFor();
    await open(bare, 'health');
    await page.getByText('No layer health yet').waitFor();
  });

  test('a clean-up says what it frees, and leaves checkpoints, the best epoch and the last', async () => {
    const { page } = app();
    const run = await trainedRun(app(), quick('cleaned', 'relu', { epochs: 7 }));
    const before = await app().call('runs.get', { run });
    const best = before.summary.bestEpoch as number;
    await open(run, 'configuration');
    await page.getByRole('row', { name: /Weights of 1–7/ }).waitFor();
    await page.getByRole('button', { name: 'Clean up…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Clean up what is kept of the epochs' });
    await dialog.getByRole('combobox', { name: 'Keep' }).click();
    await page.getByRole('option', { name: 'keep only the best and the last' }).click();
    expect(await violations(app())).toEqual([]);
    await dialog.getByRole('button', { name: /^Delete \d+ files/ }).click();
    await page.getByText(/files deleted/).waitFor();
    const left = [...new Set([best, 7])].sort((a, b) => a - b);
    await page.getByRole('row', { name: new RegExp(`^Predictions of ${left.join('(?:, |–)')} `) }).waitFor();
    const after = await app().call('runs.get', { run });
    expect(after.kept).toMatchObject({ weights: left, predictions: left, health: left });
    expect(after.checkpoints).toEqual(before.checkpoints);
    expect(before.diskBytes - after.diskBytes).toBe(before.kept.bytes - after.kept.bytes);
    await open(run, 'kernels');
    await page.getByRole('button', { name: /^Best/ }).click();
    await page.getByRole('img', { name: /Kernels of layer C1/ }).waitFor();
  });

  test('the views of a run are in one line; those without room are in a menu', async () => {
    const { page } = app();
    await page.setViewportSize({ width: 1100, height: 700 });
    await open(relu, 'curves');
    const tops = () =>
      page
        .getByRole('tablist', { name: 'Views of the run' })
        .getByRole('tab')
        .evaluateAll(
          (tabs) => new Set(tabs.map((tab) => Math.round(tab.getBoundingClientRect().height))).size,
        );
    await expect.poll(tops).toBe(1);
    await page.getByRole('button', { name: /^\d more$/ }).click();
    await page.getByRole('menuitem', { name: 'Log' }).click();
    await page.getByRole('log').or(page.getByText('Follow the end')).first().waitFor();
    await page.getByRole('button', { name: 'More views: Log' }).waitFor();
    await expect.poll(() => page.url()).toContain('tab=log');
    expect(await violations(app())).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('tab', { name: 'Log' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'More views: Log' }).count()).toBe(0);
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(async () => {
      await useTheme(app(), theme);
    });

    test.each([
      ['confusion', 'Worst mistakes'],
      ['kernels', 'C3'],
      ['health', 'Histograms'],
    ])('%s has no accessibility violation', async (tab, shown) => {
      await open(sigmoid, tab);
      await app().page.getByText(shown).first().waitFor();
      if (tab === 'kernels')
        await app().page.getByRole('checkbox', { name: 'film over epochs' }).first().click();
      if (tab === 'confusion') await app().page.locator('[data-cell="4,4"]').click();
      await app().page.waitForLoadState('networkidle');
      expect(await violations(app())).toEqual([]);
    });
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
