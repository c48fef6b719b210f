import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { openStore } from '../../core/store/store.ts';
import { runStyle } from '../../renderer/ui/palette.ts';
import { type App, openInBrowser } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { restingBox } from '../support/pointer.ts';
import { putRuns, type Trained } from '../support/trained-store.ts';
import { openPage } from '../support/window.ts';

/** Accuracies of an epoch each that rise towards an end, a little differently for every seed. */
const rising = (end: number, pace: number, seed: number, epochs = 6) =>
  Array.from({ length: epochs }, (_, i) => end - 0.3 * Math.exp(-(i + 1) * pace) + 0.001 * seed);

const trained: Trained[] = [
  ...[1, 2, 3].map((seed) => ({
    name: 'slow or fast',
    activation: 'sigmoid',
    seed,
    accuracies: rising(0.95, 0.3 + 0.1 * seed, seed),
  })),
  ...[1, 2, 3].map((seed) => ({
    name: 'slow or fast',
    activation: 'relu',
    seed,
    accuracies: rising(0.97, 1.2, seed),
  })),
  // Seed 1 once more, with the same result; and one that ends early and broke once.
  { name: 'again', activation: 'relu', seed: 1, accuracies: rising(0.97, 1.2, 1) },
  { name: 'short and broken', activation: 'relu', lr: 0.5, seed: 4, accuracies: [0.5, Number.NaN, 0.7] },
];

describe('a comparison of finished runs', () => {
  let app: App;
  let ids: string[] = [];
  const address = (runs: readonly string[], rest = '') => `/compare?runs=${runs.join(',')}${rest}`;
  const results = () => app.page.getByRole('grid', { name: 'Results' });
  const row = (group: string) => results().getByRole('row', { name: new RegExp(`^${group}`) });
  const card = (title: string) => app.page.getByRole('region', { name: title, exact: true });
  const query = () => new URLSearchParams(app.page.url().split('?')[1] ?? '');

  beforeAll(async () => {
    app = await openInBrowser();
    const store = openStore(app.home);
    ids = putRuns(store, trained);
    store.close();
    await app.page.reload();
    await openPage(app, address(ids.slice(0, 7)));
    await row('relu').waitFor();
  });
  afterAll(() => app?.close());

  test('counts a seed that was trained twice once, and says so', async () => {
    await expect.poll(() => row('relu').textContent()).toContain('3 of 4');
    await card('Accuracy').getByText('relu (n = 3 of 4)').waitFor();
    await app.page.getByText('with the same results: relu seed 1 (2 runs)').waitFor();
    const sentence = app.page.getByText(/relu is .* points better than sigmoid/);
    await expect.poll(() => sentence.textContent()).toMatch(/Welch t, p .*, n = 3 \+ 3\)/);
    const numbers = app.page.getByRole('grid', { name: 'How sure the differences are' });
    const last = numbers.getByRole('row', { name: /relu/ }).getByRole('gridcell');
    // The last but one; drawn after everything else.
    await expect.poll(() => last.nth(7).textContent()).toMatch(/\d\.\d+ .* \d\.\d+/);
  });

  test('does not test groups of under three seeds, and says so', async () => {
    await openPage(app, address([0, 1, 3, 4].map((index) => ids[index] as string)));
    await app.page.getByText(/but that is not tested: too few seeds \(n = 2 \+ 2; at least 3/).waitFor();
    await expect.poll(() => app.page.getByText(/points better than/).count()).toBe(1);
    const numbers = app.page.getByRole('grid', { name: 'How sure the differences are' });
    await numbers.scrollIntoViewIfNeeded();
    const cells = async () =>
      (await numbers.getByRole('row', { name: /relu/ }).getByRole('gridcell').allTextContents()).map((cell) =>
        cell.trim(),
      );
    // What was measured; nothing that would be concluded from it.
    await expect.poll(cells).toEqual(['relu − sigmoid', '4.09', ...new Array(7).fill('–')]);
    await openPage(app, address(ids.slice(0, 7)));
    await row('relu').waitFor();
  });

  test('shows beside each p what the number of pairs makes of it', async () => {
    const store = openStore(app.home);
    const third = putRuns(
      store,
      [1, 2, 3].map((seed) => ({
        name: 'third',
        activation: 'tanh',
        seed,
        accuracies: rising(0.955, 0.5 + 0.1 * seed, 2 * seed),
      })),
    );
    store.close();
    await app.page.getByRole('treeitem', { name: /tanh\/seed 3/ }).waitFor();
    const runs = [...ids.slice(0, 6), ...third];
    const { significance } = await app.call('runs.compare', { runs });
    const wanted = significance
      .filter(({ outcome }) => outcome === 'test')
      .map(({ first, second, welch, correctedP }) => [
        `${second} − ${first}`,
        ...[welch?.p ?? 0, correctedP ?? 0].map((p) =>
          p < 0.0001 ? '< 0.0001' : String(Number(p.toPrecision(2))),
        ),
      ]);
    expect(wanted).toHaveLength(3);
    expect(wanted.filter(([, p, corrected]) => p !== corrected).length).toBeGreaterThan(0);
    await openPage(app, address(runs));
    const numbers = app.page.getByRole('grid', { name: 'How sure the differences are' });
    await expect.poll(() => numbers.locator('[data-index]').count()).toBe(3);
    const shown = async () => {
      const rows = await numbers.locator('[data-index]').all();
      const cells = await Promise.all(rows.map((line) => line.getByRole('gridcell').allTextContents()));
      return cells.map((line) => [line[0]?.trim(), line[3]?.trim(), line[4]?.trim()]);
    };
    await expect.poll(shown).toEqual(wanted);
    await openPage(app, address(ids.slice(0, 7)));
    await row('relu').waitFor();
  });

  test('moves the target by keys and by dragging, and says how many times as long the slower group takes', async () => {
    // What is off screen is not in the page.
    await app.page.getByRole('button', { name: 'Time to a target' }).scrollIntoViewIfNeeded();
    const line = app.page.getByRole('slider', { name: /Target of/ });
    await line.scrollIntoViewIfNeeded();
    const field = app.page.getByRole('textbox', { name: /Value of the target/ });
    await field.fill('90');
    await field.press('Enter');
    await app.page.getByText(/sigmoid needs [\d.]+ times the epochs of relu \(95% CI/).waitFor();
    // All of relu get there in their second epoch, at two seconds each.
    await app.page.getByText('relu: 2.0 ± 0.0 epochs, 4 s ± 0 s (all 3 runs).').waitFor();
    await line.focus();
    await line.press('PageUp');
    await expect.poll(() => field.inputValue()).toBe('91');
    const box = await restingBox(line);
    const y = box.y + box.height / 2;
    await app.page.mouse.move(box.x + 40, y);
    await app.page.mouse.down();
    await app.page.mouse.move(box.x + 40, y + 30, { steps: 4 });
    await app.page.mouse.up();
    await expect.poll(async () => Number(await field.inputValue())).toBeLessThan(91);
    await expect.poll(() => query().get('target')).toMatch(/^validation\/accuracy~0\.[78]/);
  });

  test('says which runs never came to the target, and takes them for a lower bound', async () => {
    const field = app.page.getByRole('textbox', { name: /Value of the target/ });
    await field.fill('94.5');
    await field.press('Enter');
    await app.page.getByText(/^relu: .* \(all 3 runs\)\.$/).waitFor();
    await app.page.getByText(/of 3 did not, within 6\.0 epochs or more|none of 3 came there/).waitFor();
    await app.page.getByText(/sigmoid needs at least [\d.]+ times the epochs of relu/).waitFor();
  });

  test('opens the same view again from its address: target, axes, smoothing, zoom, hidden runs and baseline', async () => {
    const rest =
      '&target=train/accuracy~0.8&x=step&log=1&smoothing=0.4&zoom=100~400&band=ci95&baseline=relu&lines=train,test';
    await openPage(app, `${address(ids.slice(0, 6), rest)}&hidden=${ids[1]}`);
    await app.page.getByText('1 hidden run is not drawn').waitFor();
    const copied = app.page.url();
    await openPage(app, address(ids.slice(0, 6)));
    await expect.poll(() => query().get('smoothing')).toBeNull();
    const second = await app.newWindow(copied.slice(new URL(copied).origin.length));
    await second.getByRole('grid', { name: 'Results' }).waitFor();
    await expect.poll(() => second.getByRole('slider', { name: 'Smoothing' }).inputValue()).toBe('0.4');
    await expect.poll(() => second.getByRole('checkbox', { name: 'log y' }).isChecked()).toBe(true);
    await second.getByRole('button', { name: 'Show everything' }).waitFor();
    const pin = second.getByRole('button', { name: 'Compare with relu' });
    await expect.poll(() => pin.getAttribute('aria-pressed')).toBe('true');
    const chosen = (url: string) => Object.fromEntries(new URLSearchParams(url.split('?')[1]));
    await expect.poll(() => chosen(second.url())).toEqual(chosen(copied));
    await second.close();
  });

  test('takes an address that is opened from another page, and loses nothing that was chosen there', async () => {
    const elsewhere = async () => {
      await openPage(app, '/queue');
      await app.page.getByText('Nothing is waiting').waitFor();
    };
    await openPage(app, address(ids.slice(0, 6)));
    await expect.poll(() => results().getAttribute('aria-rowcount')).toBe('3');
    await elsewhere();
    await openPage(app, address(ids.slice(3, 6)));
    await expect.poll(() => results().getAttribute('aria-rowcount')).toBe('2');
    await elsewhere();
    const box = app.page.getByRole('treeitem', { name: /relu\/seed 3/ }).getByRole('checkbox');
    await box.first().click();
    const tabs = app.page.getByRole('navigation', { name: 'Open pages' });
    await tabs.getByRole('link', { name: 'Compare' }).click();
    await app.page.getByText('1 hidden run is not drawn').waitFor();
    await box.first().click();
    await expect.poll(() => app.page.getByText('1 hidden run is not drawn').count()).toBe(0);
  });

  test('has in the table of runs the best and its epoch as they were recorded', async () => {
    await openPage(app, '/runs');
    const table = app.page.getByRole('treegrid', { name: 'Runs' });
    const cells = table.getByRole('row', { name: /short and broken/ }).getByRole('gridcell');
    await cells.first().waitFor();
    const shown = async () => {
      const heads = (await table.getByRole('columnheader').allTextContents()).map((head) => head.trim());
      const texts = await cells.allTextContents();
      return ['Best', 'Best at epoch', 'Epoch'].map((head) => texts[heads.indexOf(head)]?.trim());
    };
    await expect.poll(shown).toEqual(['70.00%', '3', '3/3']);
  });

  test('smoothing cannot reach 1, and 0 leaves nothing smoothed', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    const slider = app.page.getByRole('slider', { name: 'Smoothing' });
    await slider.focus();
    await slider.press('End');
    await expect.poll(() => slider.inputValue()).toMatch(/^0\.9/);
    await slider.press('Home');
    await card('Accuracy').getByRole('button', { name: 'Show as table' }).click();
    const heads = card('Accuracy').getByRole('columnheader');
    await heads.first().waitFor();
    await expect
      .poll(async () => (await heads.allTextContents()).map((it) => it.trim()))
      .not.toContain('smoothed');
    await card('Accuracy').getByRole('button', { name: 'Show as chart' }).click();
  });

  test('a zoom in one chart zooms all, and a double-click shows everything', async () => {
    const chart = card('Accuracy').getByRole('application');
    const box = await restingBox(chart);
    await app.page.mouse.move(box.x + 120, box.y + 80);
    await app.page.mouse.down();
    await app.page.mouse.move(box.x + 260, box.y + 80, { steps: 3 });
    await app.page.mouse.up();
    await expect.poll(() => query().get('zoom')).toMatch(/~/);
    const [from = 0, to = 0] = (query().get('zoom') ?? '').split('~').map(Number);
    await card('Loss').getByRole('button', { name: 'Show as table' }).click();
    const cells = card('Loss').locator('[role="row"][data-index] [role="gridcell"]:nth-child(2)');
    await cells.first().waitFor();
    const outside = async () =>
      (await cells.allTextContents()).map(Number).filter((at) => !(at >= from && at <= to));
    await expect.poll(outside).toEqual([]);
    await card('Loss').getByRole('button', { name: 'Show as chart' }).click();
    await chart.dblclick();
    await expect.poll(() => query().get('zoom')).toBeNull();
  });

  test('marks what is not finite, and says where means end before the longest run', async () => {
    await openPage(app, address(ids));
    await card('Accuracy')
      .getByText(/relu \(n = 4 of 5\)/)
      .waitFor();
    await app.page.getByText('relu at epoch 3 of 6').waitFor();
    await app.page.getByText('The runs of relu differ in').waitFor();
    await app.page.getByRole('combobox', { name: 'Group by' }).click();
    await app.page.getByRole('option', { name: 'single runs' }).click();
    await card('Accuracy').getByText('1 not drawn').waitFor();
  });

  test('sorts metrics into sections by their prefix, and pins a card in front of all', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    await app.page.getByRole('heading', { name: 'health' }).waitFor();
    await card('dead-C1').getByRole('button', { name: 'Pin in front' }).click();
    await app.page.reload();
    await app.page.getByRole('heading', { name: 'Pinned' }).waitFor();
    await card('dead-C1').getByRole('button', { name: 'Unpin' }).click();
    await expect.poll(() => app.page.getByRole('heading', { name: 'Pinned' }).count()).toBe(0);
  });

  test('keeps the size of a card and what is folded over a reload', async () => {
    const handle = card('Accuracy').getByRole('button', { name: 'Size of Accuracy' });
    await handle.focus();
    await handle.press('ArrowDown');
    const fold = () => app.page.getByRole('button', { name: 'How sure the differences are' });
    await fold().click();
    await app.page.reload();
    await row('relu').waitFor();
    const height = () =>
      card('Accuracy')
        .locator('.body')
        .evaluate((body) => body.clientHeight);
    await expect.poll(height).toBe(240);
    await expect.poll(() => fold().getAttribute('aria-expanded')).toBe('false');
    await fold().click();
  });

  test('says what it is grouped by, also where that changes with what is compared', async () => {
    const groupBy = app.page.getByRole('combobox', { name: 'Group by' });
    await openPage(app, address(ids.slice(0, 6)));
    await expect.poll(() => groupBy.textContent()).toBe('activation');
    const store = openStore(app.home);
    const rates = putRuns(
      store,
      [0.1, 0.2].map((lr) => ({
        name: 'rates',
        activation: 'sigmoid',
        varied: 'lr',
        lr,
        seed: 1,
        accuracies: [0.5, 0.6],
      })),
    );
    store.close();
    await app.page.getByRole('treeitem', { name: /0\.2\/seed 1/ }).waitFor();
    await openPage(app, address(rates));
    await expect.poll(() => groupBy.textContent()).toBe('lr');
  });

  test('draws the band that is chosen, of three runs each', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    await row('sigmoid').waitFor();
    await card('Accuracy').getByRole('button', { name: 'Show as table' }).click();
    const band = app.page.getByRole('combobox', { name: 'Band' });
    const first = card('Accuracy').locator('[data-index="0"] [role=gridcell]');
    const width = async () => {
      const [low = 0, high = 0] = (await first.allTextContents()).slice(3, 5).map(Number.parseFloat);
      return high - low;
    };
    await expect.poll(width).toBeGreaterThan(0);
    const deviation = await width();
    const choose = async (name: string) => {
      await band.click();
      await app.page.getByRole('option', { name }).click();
    };
    await choose('standard error');
    await expect.poll(async () => (await width()) / deviation).toBeCloseTo(1 / Math.sqrt(3), 1);
    // Student's t at 97.5% with two degrees of freedom.
    await choose('95% confidence');
    await expect.poll(async () => (await width()) / deviation).toBeCloseTo(4.3027 / Math.sqrt(3), 1);
    await choose('standard deviation');
    await card('Accuracy').getByRole('button', { name: 'Show as chart' }).click();
  });

  test('holds configurations against a pinned baseline', async () => {
    await openPage(app, address([ids[3] as string, ids[7] as string], '&group=train.optimizer.lr'));
    const table = app.page.getByRole('region', { name: 'Configuration differences' });
    await table.getByText('+0.45 (×10)').waitFor();
    await table.getByRole('button', { name: 'Compare with 0.5' }).click();
    await table.getByText('−0.45 (×0.1)').waitFor();
    await expect.poll(() => query().get('baseline')).toBe('0.5');
  });

  test('shows all keys of the configurations on request, those that are alike among them', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    const table = app.page.getByRole('region', { name: 'Configuration differences' });
    const keys = async () =>
      (await table.locator('tbody tr:not(.heading) th').allTextContents()).map((key) => key.trim());
    await expect.poll(keys).toEqual(['seed', 'activation']);
    await app.page.getByRole('checkbox', { name: 'all keys' }).click();
    await expect.poll(keys).toContain('batchSize');
    await expect.poll(keys).toContain('lr');
    await app.page.reload();
    await table.waitFor();
    await expect.poll(keys).toContain('batchSize');
    await expect.poll(() => query().get('keys')).toBe('1');
    await app.page.getByRole('checkbox', { name: 'all keys' }).click();
    await expect.poll(keys).toEqual(['seed', 'activation']);
  });

  test('draws single runs in their own colours, and everything of a group in that of its first run', async () => {
    await openPage(app, address(ids.slice(0, 6), '&group=runs'));
    const palette = new Map(
      (await app.call('runs.list', {})).map(({ id, colour }) => [
        id,
        `--dot: ${runStyle(colour, 'light').colour};`,
      ]),
    );
    const dots = async () =>
      results()
        .locator('[data-index] .dot')
        .evaluateAll((all) => all.map((dot) => dot.getAttribute('style')));
    await expect.poll(dots).toEqual(ids.slice(0, 6).map((id) => palette.get(id)));
    await openPage(app, address(ids.slice(0, 6), '&group=model.options.activation'));
    await expect
      .poll(async () => (await dots()).sort())
      .toEqual([palette.get(ids[0] as string), palette.get(ids[3] as string)].sort());
  });

  test('lays any two settings and results of the runs over each other, and chooses by an area', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    const scatter = app.page.getByRole('img', { name: /^test at best/i });
    await app.page.getByRole('button', { name: 'Configuration and results' }).scrollIntoViewIfNeeded();
    await scatter.scrollIntoViewIfNeeded();
    await expect.poll(() => scatter.locator('circle').count()).toBe(6);
    await app.page.getByRole('combobox', { name: 'Horizontal axis' }).click();
    await app.page.getByRole('option', { name: 'seed' }).click();
    // Three seeds, each of two runs.
    const across = () =>
      scatter.locator('circle').evaluateAll((all) => new Set(all.map((it) => it.getAttribute('cx'))).size);
    await expect.poll(across).toBe(3);
    const box = await restingBox(scatter);
    // The left half: the first seed.
    await app.page.mouse.move(box.x + 44, box.y + 4);
    await app.page.mouse.down();
    await app.page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.85, { steps: 4 });
    await app.page.mouse.up();
    await app.page.getByText('2 of 6 chosen').waitFor();
    await app.page.getByRole('button', { name: 'Choose all' }).click();
  });

  test('chooses runs on the axes of parallel coordinates, by keys, and hides the others', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    await app.page.getByRole('button', { name: 'Configuration and results' }).scrollIntoViewIfNeeded();
    const axis = app.page.getByRole('slider', { name: 'Choose runs by activation' });
    await axis.scrollIntoViewIfNeeded();
    await axis.focus();
    await axis.press('ArrowUp');
    await app.page.getByText('3 of 6 chosen').waitFor();
    await app.page.getByRole('button', { name: 'Hide the others' }).click();
    await app.page.getByText('3 hidden runs are not drawn, but count in all numbers.').waitFor();
    await expect.poll(() => row('sigmoid').textContent()).toContain('%');
  });

  test('exports everything as one archive, with configurations and environments', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    const download = app.page.waitForEvent('download');
    await app.page.getByRole('button', { name: 'Export all' }).click();
    const names = await entriesOf(await (await download).path());
    for (const kind of ['png', 'svg', 'csv']) expect(names).toContain(`charts/accuracy.${kind}`);
    expect(names).toContain('charts/health-dead-C1.csv');
    expect(names).toContain('groups.csv');
    for (const id of ids.slice(0, 6)) {
      expect(names).toContain(`runs/${id}/experiment.yaml`);
      expect(names).toContain(`runs/${id}/environment.json`);
    }
  });

  test('says how far an export is, and ends it when told to', async () => {
    await openPage(app, address(ids.slice(0, 6)));
    let downloads = 0;
    app.page.on('download', () => downloads++);
    // As on a slow machine: on a fast one all is exported before a hand is there.
    const tools = await app.page.context().newCDPSession(app.page);
    await tools.send('Emulation.setCPUThrottlingRate', { rate: 20 });
    await app.page.getByRole('button', { name: 'Export all' }).click();
    await app.page.getByRole('progressbar', { name: /^Exporting \d+ of \d+/ }).waitFor();
    // Not by the pointer, which waits for the button to stand still.
    await app.page.getByRole('button', { name: 'Cancel' }).dispatchEvent('click');
    await tools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await app.page.getByText('Nothing was exported.').waitFor();
    await app.page.getByRole('button', { name: 'Export all' }).waitFor();
    expect(downloads).toBe(0);
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    test('has no accessibility violation', async () => {
      await useTheme(app, theme);
      await row('relu').waitFor();
      // Panels are filled as they come into view, and push what is below them.
      await app.page.getByRole('button', { name: 'Time to a target' }).scrollIntoViewIfNeeded();
      await app.page.getByRole('img', { name: /^Epochs to/ }).scrollIntoViewIfNeeded();
      await app.page.getByRole('button', { name: 'Configuration and results' }).scrollIntoViewIfNeeded();
      await app.page.getByRole('slider', { name: /Choose runs by activation/ }).scrollIntoViewIfNeeded();
      expect(await violations(app)).toEqual([]);
    });
  });

  test('the window complained of nothing', () => {
    expect(app.errors).toEqual([]);
  });
});

function entriesOf(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(readFileSync(path), (error, file) => {
      if (error) return reject(error);
      const names: string[] = [];
      file.on('entry', (entry: yauzl.Entry) => names.push(entry.fileName));
      file.on('end', () => resolve(names));
    });
  });
}
