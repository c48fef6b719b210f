import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../core/store/store.ts';
import { type App, openInBrowser } from '../support/app.ts';
import { putRuns, type Trained } from '../support/trained-store.ts';
import { openPage } from '../support/window.ts';

/** Accuracies of three epochs, a little better with every seed. */
const rising = (end: number, seed: number) =>
  [end - 0.2, end - 0.1, end].map((value) => value + 0.002 * seed);

const trained: Trained[] = [
  ...[1, 2, 3, 4].map((seed) => ({
    name: 'fast',
    activation: 'relu',
    seed,
    accuracies: rising(0.9, seed),
  })),
  ...[1, 2, 3].map((seed) => ({
    name: 'slow',
    activation: 'sigmoid',
    seed,
    accuracies: rising(0.8, seed),
  })),
  { name: 'slow', activation: 'sigmoid', seed: 4, accuracies: [0.4], epochs: 3, ending: 'failed' },
  ...[1, 2, 3].map((seed) => ({
    name: 'by its loss',
    activation: 'tanh',
    seed,
    accuracies: rising(0.85, seed),
    metric: 'validation/loss' as const,
  })),
];

describe('what is counted in a comparison, and how it is said', () => {
  let app: App;
  let ids: string[] = [];
  const results = () => app.page.getByRole('grid', { name: 'Results' });
  const numbers = () => app.page.getByRole('grid', { name: 'How sure the differences are' });
  const open = (runs: readonly string[], rest = '') =>
    openPage(app, `/compare?runs=${runs.join(',')}&target=validation/accuracy~0.7${rest}`);
  const outcome = () => app.page.getByRole('combobox', { name: 'What the groups are compared by' });

  beforeAll(async () => {
    app = await openInBrowser();
    const store = openStore(app.home);
    ids = putRuns(store, trained);
    store.close();
    await app.page.reload();
    await open(ids.slice(0, 8));
    await results()
      .getByRole('row', { name: /^sigmoid/ })
      .waitFor();
  });
  afterAll(() => app?.close());

  test('a run that broke counts with what it came to, and is named', async () => {
    await app.page
      .getByText('Not finished, and counted with what it came to: sigmoid/seed 4 (failed, epoch 1 of 3).')
      .waitFor();
  });

  test('a group of which a run never came to the target is not judged by those that did', async () => {
    await outcome().click();
    await app.page.getByRole('option', { name: /^epochs to/ }).click();
    const sentence =
      /^Not compared: 1 of 8 runs of (relu and sigmoid|sigmoid and relu) never reached 70% validation\/accuracy/;
    await app.page.getByText(sentence).waitFor();
    const cells = numbers().getByRole('row', { name: /relu/ }).getByRole('gridcell');
    await expect
      .poll(async () => (await cells.allTextContents()).slice(1).map((cell) => cell.trim()))
      .toEqual(new Array(8).fill('–'));
    await outcome().click();
    await app.page.getByRole('option', { name: 'test accuracy' }).click();
    await app.page.getByText(/relu is [\d.]+ points better than sigmoid on the test set/).waitFor();
  });

  test('bests by different metrics are named, and not held against each other', async () => {
    await open([...ids.slice(0, 4), ...ids.slice(8)]);
    await results()
      .getByRole('row', { name: /^tanh.*0\.1460 ± 0\.00200* validation\/loss/ })
      .waitFor();
    await outcome().click();
    await app.page.getByRole('option', { name: 'test accuracy' }).waitFor();
    expect(await app.page.getByRole('option', { name: /^best/ }).count()).toBe(0);
    await app.page.keyboard.press('Escape');
  });

  test('an address says which of its runs are gone, and shows no others in their place', async () => {
    await app.call('runs.trash', { runs: [ids[0] as string] });
    const second = await app.newWindow(`/#/compare?runs=${ids.slice(0, 3).join(',')}&target=odd~high`);
    await second.getByText('1 of the 3 runs of this address is not here').waitFor();
    const grid = second.getByRole('grid', { name: 'Results' });
    // What is no target is none: the usual one is taken.
    await expect.poll(() => grid.getByRole('row', { name: /^relu 2 / }).count()).toBe(1);
    await second.close();
    const third = await app.newWindow('/#/compare?runs=gone,nowhere');
    await third.getByText('2 of the 2 runs of this address are not here').waitFor();
    await third.getByText('Nothing to compare').waitFor();
    await third.close();
    await app.call('runs.restore', { runs: [ids[0] as string] });
  });

  test('in a small window, names give way in their middle and no number does', async () => {
    await app.page.setViewportSize({ width: 1100, height: 700 });
    await open(
      ids.slice(0, 8),
      '&group=dataset.name,model.preset,train.optimizer.type,model.options.activation',
    );
    const name = 'mnist, lenet-5, sgd, sigmoid';
    const shown = results().getByTitle(name);
    await shown.waitFor();
    await expect.poll(() => shown.textContent()).toBe(name);
    const shortened = () =>
      shown
        .locator('span')
        .evaluateAll((parts) => parts.map((part) => part.scrollWidth > part.clientWidth).slice(0, 2));
    await expect.poll(shortened).toEqual([true, false]);
    await numbers().scrollIntoViewIfNeeded();
    await expect
      .poll(() => numbers().getByRole('row', { name: /sgd/ }).getByRole('gridcell').nth(7).textContent())
      .toMatch(/\d to/);
    for (const table of [results(), numbers()]) {
      const cut = () =>
        table.evaluate((grid) => [
          ...[grid].filter((it) => it.scrollWidth > it.clientWidth).map(() => 'the table'),
          ...[...grid.querySelectorAll('.row .numeric, .row .numeric .ellipsis')]
            .filter((it) => it.scrollWidth > it.clientWidth)
            .map((it) => it.textContent),
        ]);
      await expect.poll(cut).toEqual([]);
    }
  });

  test('the window complained of nothing', () => {
    expect(app.errors).toEqual([]);
  });
});
