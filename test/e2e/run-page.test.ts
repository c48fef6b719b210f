import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { hoverUntil, restingBox } from '../support/pointer.ts';
import { openPage, smallExperiment } from '../support/window.ts';

/** Trains on 6,000 images and is judged on the others: an epoch takes a moment. */
const quick = (name: string, epochs: number) => {
  const experiment = smallExperiment(name, epochs);
  return { ...experiment, dataset: { ...experiment.dataset, validation: 0.9 } };
};

describeInShells('run page', (app) => {
  let run = '';
  const card = (title: string) => app().page.getByRole('region', { name: title, exact: true });
  const button = (name: string) => app().page.getByRole('button', { name, exact: true });
  const status = (word: string) => app().page.locator('.header .status', { hasText: word });
  const openTab = async (tab: string) => {
    await openPage(app(), `/run/${run}?tab=${tab}`);
  };

  async function download(start: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
    const [file] = await Promise.all([app().page.waitForEvent('download'), start()]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  }

  async function tableRows(of: Locator): Promise<number> {
    return Number(await of.getByRole('grid').getAttribute('aria-rowcount')) - 1;
  }

  beforeAll(async () => {
    await openPage(app(), '/experiments');
    // It is stopped below, and must not have ended by then on any machine.
    const created = await app().call('experiments.create', { config: quick('watched', 100_000) });
    run = created.runs[0] as string;
    await openPage(app(), `/run/${run}`);
  });

  describe('while training', () => {
    test('its curves begin with the first report and grow', async () => {
      const loss = card('Loss');
      await loss.getByRole('button', { name: 'Show as table' }).click();
      await loss.getByRole('grid').waitFor();
      const before = await tableRows(loss);
      await expect.poll(() => tableRows(loss)).toBeGreaterThan(before + 3);
      await loss.getByRole('button', { name: 'Show as chart' }).click();
    });

    test('a zoomed view stays where it is while points come in, and double-click shows everything', async () => {
      const { page } = app();
      await page.getByRole('checkbox', { name: 'follow latest' }).click();
      const chart = card('Loss').getByRole('application');
      const box = await restingBox(chart);
      await page.mouse.move(box.x + 80, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + 200, box.y + 80, { steps: 4 });
      await page.mouse.up();
      await button('Show everything').waitFor();
      await card('Loss').getByRole('button', { name: 'Show as table' }).click();
      await card('Loss').getByRole('grid').waitFor();
      const rows = await tableRows(card('Loss'));
      const total = async () =>
        (await app().call('runs.series', { runs: [run], metrics: ['train/loss'] }))[0]?.total ?? 0;
      const before = await total();
      await expect.poll(total).toBeGreaterThan(before + 4);
      expect(await tableRows(card('Loss'))).toBe(rows);
      await card('Loss').getByRole('button', { name: 'Show as chart' }).click();
      await card('Accuracy').getByRole('application').dblclick();
      await button('Show everything').waitFor({ state: 'detached' });
    });

    test('it is paused, resumed and stopped', async () => {
      await button('Pause').click();
      await status('Paused').waitFor();
      await button('Resume').click();
      await status('Running').waitFor();
      // Of two epochs, so that the middle of a chart has something to read of every line.
      const kept = async () => (await app().call('runs.get', { run })).summary.checkpointEpoch ?? 0;
      await expect.poll(kept).toBeGreaterThanOrEqual(2);
      await button('Stop').click();
      await status('Stopped').waitFor();
      await button('Train more…').waitFor();
    });
  });

  describe('of a run that has been evaluated', () => {
    test('the pointer reads every line, in all charts at once', async () => {
      const { page } = app();
      await openTab('curves');
      const chart = card('Accuracy').getByRole('application');
      const box = await restingBox(chart);
      const tooltip = page.locator('.tooltip');
      await hoverUntil(chart, { x: box.width / 2, y: box.height / 2 }, tooltip);
      for (const split of ['train', 'validation', 'test'])
        await expect.poll(() => tooltip.textContent()).toContain(split);
      const charts = () => page.getByRole('application').count();
      await expect.poll(charts).toBeGreaterThanOrEqual(4);
      await expect.poll(async () => (await page.locator('.crosshair').count()) - (await charts())).toBe(0);
      await page.mouse.move(5, 5);
    });

    test('the keyboard reads them too', async () => {
      const { page } = app();
      const chart = card('Loss').getByRole('application');
      await chart.focus();
      await page.keyboard.press('ArrowRight');
      const said = () => chart.locator('[aria-live]').textContent();
      await expect.poll(said).toMatch(/^epoch .*train \d/);
      const first = await said();
      await page.keyboard.press('ArrowRight');
      await expect.poll(said).not.toBe(first);
      await page.keyboard.press('Escape');
    });

    test('charts are exported as CSV of the plotted numbers, SVG with text, and PNG', async () => {
      const { page } = app();
      const loss = card('Loss');
      const choose = async (item: string) => {
        await loss.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('menuitem', { name: item }).click();
      };
      const csv = await download(() => choose('CSV of the plotted numbers'));
      const lines = csv.bytes.toString('utf8').trimEnd().split('\r\n');
      expect(csv.name).toBe('Loss.csv');
      expect(lines[0]).toBe('line,epoch,loss');
      await loss.getByRole('button', { name: 'Show as table' }).click();
      await expect.poll(() => tableRows(loss)).toBe(lines.length - 1);
      await loss.getByRole('button', { name: 'Show as chart' }).click();

      const svg = (await download(() => choose('SVG drawing'))).bytes.toString('utf8');
      expect(svg).toMatch(/<text[^>]*>Loss<\/text>/);
      expect(svg).toMatch(/<text[^>]*>validation<\/text>/);
      const png = (await download(() => choose('PNG picture'))).bytes;
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1080]);
    });

    test('a chart fills the window, and Escape gives the page back', async () => {
      await card('Loss').getByRole('button', { name: 'Full screen' }).click();
      const dialog = app().page.getByRole('dialog', { name: 'Loss' });
      await dialog.getByRole('application').waitFor();
      await app().page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    });

    test('the confusion matrix adds up to the test set, and agrees with the accuracy', async () => {
      await openTab('confusion');
      const matrix = app().page.getByRole('table', { name: 'Confusion matrix' });
      await matrix.waitFor();
      const cells = matrix.locator('[data-cell]');
      await expect.poll(() => cells.count()).toBe(100);
      const numbers = (await cells.allTextContents()).map((count) => Number(count.replaceAll(',', '')));
      expect(numbers.reduce((sum, count) => sum + count, 0)).toBe(10_000);
      const right = numbers.filter((_, i) => i % 11 === 0).reduce((sum, count) => sum + count, 0);
      const caption = await app()
        .page.getByText(/of 10,000 images/)
        .textContent();
      expect(caption).toContain(right.toLocaleString('en-US'));
      expect(caption).toContain('Rows: true class. Columns: predicted class.');
    });

    test('the kernels of C3 show its connection table', async () => {
      await openTab('kernels');
      const picture = app().page.getByRole('img', { name: /Kernels of layer C3/ });
      await picture.waitFor();
      const present = () =>
        picture.evaluate((element) => {
          const canvas = element as HTMLCanvasElement;
          const context = canvas.getContext('2d') as CanvasRenderingContext2D;
          const side = 6; // five weights and the gap
          return Array.from({ length: 6 }, (_, map) =>
            Array.from({ length: 16 }, (_, filter) =>
              context.getImageData(filter * side, map * side, 1, 1).data[3] ? 'X' : '.',
            ).join(''),
          );
        });
      await expect
        .poll(present)
        .toEqual([
          'X...XXX..XXXX.XX',
          'XX...XXX..XXXX.X',
          'XXX...XXX..X.XXX',
          '.XXX..XXXX..X.XX',
          '..XXX..XXXX.XX.X',
          '...XXX..XXXX.XXX',
        ]);
    });

    test('feature maps show every layer, and where a pixel looks', async () => {
      const { page } = app();
      await openTab('maps');
      for (const layer of ['input', 'C1', 'S2', 'C3', 'S4', 'C5', 'F6', 'OUT']) {
        await page.getByRole('img', { name: `Maps of ${layer}`, exact: true }).waitFor();
      }
      const outputs = page.getByRole('region', { name: 'probabilities' });
      const total = async () => {
        const probabilities = (await outputs.locator('.value').allTextContents()).map(Number);
        return probabilities.reduce((sum, value) => sum + value, 0);
      };
      await expect.poll(total).toBeCloseTo(1, 2);
      // S2 pools 2 x 2 of what C1 makes of 5 x 5 pixels.
      const readout = page.getByText(
        /S2, map 0, row 1, column 1: .* sees rows 2–7, columns 2–7 of the input/,
      );
      await hoverUntil(page.getByRole('img', { name: 'Maps of S2', exact: true }), { x: 4, y: 4 }, readout);
    });

    test('another image is chosen from the strip, and the address holds it', async () => {
      const { page } = app();
      await page.getByRole('radio', { name: /Image 4,/ }).click();
      await expect.poll(() => page.url()).toContain('image=4');
      await page.getByText('True class 4').waitFor();
    });

    test('its configuration names data, seed and checkpoints', async () => {
      await openTab('configuration');
      const { page } = app();
      const yaml = page.getByRole('region', { name: 'Configuration' });
      await expect.poll(() => yaml.textContent()).toContain('activation: relu');
      await page.getByRole('row', { name: /best/ }).first().waitFor();
    });

    test('its weights and metrics are exported', async () => {
      const { page } = app();
      const choose = async (item: RegExp) => {
        await button('More actions').click();
        await page.getByRole('menuitem', { name: item }).click();
      };
      const weights = (await download(() => choose(/Export weights/))).bytes;
      const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE(0))).toString('utf8'));
      expect(header['C3.weight'].shape).toEqual([16, 6, 5, 5]);
      const metrics = (await download(() => choose(/Export metrics/))).bytes.toString('utf8');
      expect(metrics.split(/\r?\n/)[0]).toBe('run,metric,step,epoch,seconds,value');
    });
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(async () => {
      await useTheme(app(), theme);
    });

    test.each([
      ['curves', 'Images per second'],
      ['confusion', 'Most frequent mistakes'],
      ['kernels', 'C3'],
      ['maps', 'probabilities'],
      ['configuration', 'Environment'],
      ['log', 'Follow the end'],
    ])('%s has no accessibility violation', async (tab, shown) => {
      await openTab(tab);
      await app().page.getByText(shown).first().waitFor();
      expect(await violations(app())).toEqual([]);
    });
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
