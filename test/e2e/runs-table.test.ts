import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { openStore } from '../../core/store/store.ts';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { openPage, smallExperiment, stoppedRuns } from '../support/window.ts';

describeInShells('the table of runs', (app) => {
  const table = () => app().page.getByRole('treegrid', { name: 'Runs' });
  const row = (name: RegExp) => table().getByRole('row', { name });
  const head = (name: string) => table().getByRole('columnheader', { name });
  const headings = () => table().getByRole('columnheader').allTextContents();
  const rows = () => table().locator('[data-index]').count();

  beforeAll(async () => {
    await openPage(app(), '/runs');
    const experiment = { ...smallExperiment('grid', 50), grid: { 'train.optimizer.lr': [0.01, 0.1] } };
    const { runs } = await app().call('experiments.create', { config: { ...experiment, seeds: [1, 2] } });
    for (const run of runs) await app().call('runs.stop', { run });
    await stoppedRuns(app(), 'others', [1, 2]);
    await row(/0\.1\/seed 2/).waitFor();
  });

  test('leaves the runs that an expression fits, and completes its keys', async () => {
    const { page } = app();
    const filter = page.getByRole('combobox', { name: /^Filter: words/ });
    await filter.fill('lr = 0.1 and seed >= 2');
    await row(/0\.01\/seed 2/).waitFor({ state: 'detached' });
    await expect.poll(rows).toBe(1);
    await page.getByText('1 of 6 runs').waitFor();

    await filter.fill('');
    await filter.pressSequentially('lea');
    await filter.press('Escape');
    await filter.fill('momen');
    await page.getByRole('option', { name: 'momentum' }).waitFor();
    await filter.press('ArrowDown');
    await filter.press('Enter');
    await expect.poll(() => filter.inputValue()).toBe('momentum ');
    await filter.fill('');
    await expect.poll(rows).toBe(6);
  });

  test('says in place what is wrong with a filter, and keeps what it showed', async () => {
    const { page } = app();
    const filter = page.getByRole('combobox', { name: /^Filter: words/ });
    await filter.fill('lrr = 0.1');
    await page.getByText('No run has a key "lrr" (did you mean "lr"?).').waitFor();
    await expect.poll(() => filter.getAttribute('aria-invalid')).toBe('true');
    expect(await rows()).toBe(6);
    await filter.fill('status = stoped and seed = 1');
    await page.getByText('No run is ever "stoped" (did you mean "stopped"?).').waitFor();
    await page.locator('main mark', { hasText: /^stoped$/ }).waitFor();
    await filter.fill('seed = one and lr = 0.1');
    await page.getByText('"seed" is a number, and "one" is not.').waitFor();
    expect(await rows()).toBe(6);
    await filter.fill('');
  });

  test('groups by any configuration key, and folds', async () => {
    const { page } = app();
    await page.getByRole('button', { name: 'Group by…' }).click();
    await page.getByRole('checkbox', { name: 'train.optimizer.lr' }).click();
    await page.keyboard.press('Escape');
    const group = row(/^0\.1 2 runs/);
    await expect.poll(() => group.getAttribute('aria-expanded')).toBe('true');
    await group.focus();
    await page.keyboard.press('ArrowLeft');
    await row(/0\.1\/seed 2/).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await row(/0\.1\/seed 2/).waitFor();
    await page.getByRole('button', { name: /^Grouped by/ }).click();
    await page.getByRole('checkbox', { name: 'train.optimizer.lr' }).click();
    await page.keyboard.press('Escape');
    await group.waitFor({ state: 'detached' });
  });

  test('columns are moved by keys and by dragging, made wider, and kept over a reload', async () => {
    const { page } = app();
    await head('State').getByRole('button').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(async () => (await headings()).slice(4, 6)).toEqual(['Epoch', 'State']);
    await head('Test at best').getByRole('button').dragTo(head('Best').first());
    await expect.poll(async () => (await headings())[1]).toBe('Test at best');
    const before = (await head('Name').boundingBox())?.width ?? 0;
    await head('Name').getByRole('button').focus();
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(async () => (await head('Name').boundingBox())?.width).toBe(before + 16);
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Device' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(headings).toContain('Device');
    const order = await headings();
    await page.reload();
    await table().waitFor();
    await expect.poll(headings).toEqual(order);
  });

  test('at 1100 px shows what is looked for first, and says that more columns follow', async () => {
    const { page } = app();
    await page.setViewportSize({ width: 1100, height: 700 });
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('button', { name: 'Columns as they were at first' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Find in Columns' }).waitFor({ state: 'detached' });
    const right = async (name: string) => {
      const box = await head(name).boundingBox();
      return (box?.x ?? 0) + (box?.width ?? 1e9);
    };
    for (const name of ['Best at epoch', 'Test at best', 'State'])
      await expect.poll(() => right(name)).toBeLessThan(1100);
    await page.getByRole('button', { name: /^\d more column/ }).click();
    await expect.poll(() => table().evaluate((it) => it.scrollLeft)).toBeGreaterThan(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a column kept at the left stays in sight while the others scroll, over a reload too', async () => {
    const { page } = app();
    const asked = async (item: string) => {
      await head('State').getByRole('button').click({ button: 'right' });
      await page.getByRole('menuitem', { name: item, exact: true }).click();
    };
    await asked('Keep at the left');
    await expect.poll(async () => (await headings())[1]).toBe('State');
    await page.reload();
    await table().waitFor();
    await expect.poll(async () => (await headings())[1]).toBe('State');
    const left = async (name: string) => (await head(name).boundingBox())?.x;
    const [state, best] = [await left('State'), await left('Best at epoch')];
    await table().evaluate((it) => it.scrollTo({ left: 200 }));
    await expect.poll(() => left('Best at epoch')).not.toBe(best);
    expect(await left('State')).toBe(state);
    await table().evaluate((it) => it.scrollTo({ left: 0 }));
    await asked('No longer keep at the left');
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('button', { name: 'Columns as they were at first' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await headings())[1]).not.toBe('State');
  });

  test('shows the best of any metric, by either end', async () => {
    const { page } = app();
    const run = (await app().call('runs.list', {})).find(({ name }) => name === 'others/seed 1');
    const store = openStore(app().home);
    const point = { run: run?.id ?? '', metric: 'train/loss', epoch: 40, seconds: 1000 };
    store.metrics.append([0.0625, 99, 0.5].map((value, i) => ({ ...point, value, step: 1_000_000 + i })));
    store.close();
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Best train/loss' }).click();
    await page.keyboard.press('Escape');
    const shown = async () => {
      const at = (await headings()).findIndex((heading) => heading.trim() === 'Best train/loss');
      const line = table().locator('[data-index]', { hasText: 'others/seed 1' });
      return Number(await line.getByRole('gridcell').nth(at).textContent());
    };
    await expect.poll(shown).toBe(0.0625);
    await head('Best train/loss').getByRole('button').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Higher is better' }).click();
    await expect.poll(shown).toBe(99);
  });

  test('sorts by any column, and says so', async () => {
    const sorted = () => head('Name').getAttribute('aria-sort');
    await head('Name').getByRole('button').click();
    await expect.poll(sorted).toBe('ascending');
    await head('Name').getByRole('button').click();
    await expect.poll(sorted).toBe('descending');
    await expect.poll(() => table().locator('[data-index="0"]').textContent()).toContain('seed 2');
  });

  test('sorts what is alike by one column by another, chosen with Shift', async () => {
    // All of them are stopped.
    await head('State').getByRole('button').click();
    await head('Name')
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    const first = () => table().locator('[data-index="0"]').textContent();
    const sorted = (name: string) => head(name).getAttribute('aria-sort');
    await expect.poll(first).toMatch(/^0\.0?1\/seed 1/);
    await expect.poll(() => sorted('State')).toBe('ascending');
    await expect.poll(() => sorted('Name')).toBe('ascending');
    await head('Name').getByTitle('Number 2 of the columns that the table is sorted by').waitFor();
    await head('Name').getByRole('button').focus();
    await app().page.keyboard.press('Shift+Enter');
    await expect.poll(first).toContain('others/seed 2');
    await expect.poll(() => sorted('State')).toBe('ascending');
  });

  test('names, tags and notes are edited in place, and found by', async () => {
    const { page } = app();
    await row(/0\.1\/seed 2/).focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: /^Name of/ }).fill('the good one');
    await page.keyboard.press('Enter');
    await row(/the good one/).waitFor();
    await page.getByRole('button', { name: 'Tags of the good one: Add tags, with commas between' }).click();
    await page.getByRole('textbox', { name: 'Tags of the good one' }).fill('keep, paper ,keep');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Notes on the good one/ }).click();
    await page.getByRole('textbox', { name: 'Notes on the good one' }).fill('as in the lecture');
    await page.keyboard.press('Enter');
    const kept = async () =>
      (await app().call('runs.list', {})).find(({ name }) => name === 'the good one') ?? null;
    await expect.poll(kept).toMatchObject({ tags: ['keep', 'paper'], notes: 'as in the lecture' });
    const filter = page.getByRole('combobox', { name: /^Filter: words/ });
    await filter.fill('tag = paper lecture');
    await expect.poll(() => table().locator('[data-index]').count()).toBe(1);
    await filter.fill('');
  });

  test('a run has one colour, which can be changed, in the table and the list alike', async () => {
    const { page } = app();
    const dotIn = (scope: string) =>
      page.locator(scope, { hasText: 'the good one' }).locator('.dot').first().getAttribute('style');
    const before = await dotIn('[role=treeitem]');
    await page.getByRole('button', { name: 'Colour of the good one' }).click();
    await page.getByRole('button', { name: 'Colour 6', exact: true }).click();
    await expect
      .poll(
        async () => (await app().call('runs.list', {})).find(({ name }) => name === 'the good one')?.colour,
      )
      .toBe(5);
    await expect.poll(() => dotIn('[role=treeitem]')).not.toBe(before);
    const now = await dotIn('[role=treeitem]');
    await expect.poll(() => dotIn('[role=treegrid] [data-index]')).toBe(now);
  });

  test('pinned runs stay on top of the table and of the list', async () => {
    const { page } = app();
    await row(/others\/seed 1|^.*seed 1.*others/)
      .first()
      .focus();
    await page.keyboard.press('p');
    await page.getByRole('treeitem', { name: /^Pinned/ }).waitFor();
    await expect.poll(() => table().locator('[data-index="0"]').textContent()).toContain('others');
    await table().locator('[data-index="0"]').focus();
    await page.keyboard.press('p');
    await page.getByRole('treeitem', { name: /^Pinned/ }).waitFor({ state: 'detached' });
  });

  test('Delete puts into the trash, and Ctrl+Z takes it back', async () => {
    const { page } = app();
    const whole = async () => (await app().call('runs.list', {})).find(({ name }) => name === 'the good one');
    const before = await whole();
    expect(before).toMatchObject({ tags: ['keep', 'paper'], notes: 'as in the lecture', colour: 5 });
    await row(/the good one/).focus();
    await page.keyboard.press('Delete');
    await row(/the good one/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.keyboard.press('Control+z');
    await row(/the good one/).waitFor();
    await expect.poll(whole).toEqual(before);
  });

  test('is exported as CSV, the rows and columns that are shown', async () => {
    const { page } = app();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain('id,name,best');
    expect(lines.some((line) => line.includes('"keep, paper"'))).toBe(true);
  });

  test('has no violation, light and dark', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await useTheme(app(), theme);
      expect(await violations(app())).toEqual([]);
    }
    expect(app().errors).toEqual([]);
  });
});

describeInShells('a table of more runs than fit', (app) => {
  const table = () => app().page.getByRole('treegrid', { name: 'Runs' });
  const scrollTo = (top: number) =>
    table().evaluate((it, to) => {
      it.scrollTop = to;
    }, top);
  const firstRow = () => table().locator('[data-index="0"]');
  const lastRow = () => table().locator('[data-index="79"]');

  beforeAll(async () => {
    await stoppedRuns(
      app(),
      'many',
      Array.from({ length: 80 }, (_, index) => index + 1),
    );
    await openPage(app(), '/runs');
    await firstRow().waitFor();
  });

  test('keeps the keyboard where it is while it is scrolled', async () => {
    const { page } = app();
    await firstRow().focus();
    await scrollTo(100_000);
    await lastRow().waitFor();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset.index))
      .toBe('1');
  });

  test('keeps what is being typed with its run, while another comes into view', async () => {
    const { page } = app();
    await scrollTo(0);
    const name = (await firstRow().getByRole('checkbox').getAttribute('aria-label')) ?? '';
    const edited = /many\/seed \d+/.exec(name)?.[0] ?? '';
    await firstRow()
      .getByRole('button', { name: /^Notes on/ })
      .click();
    const notes = page.getByRole('textbox', { name: `Notes on ${edited}` });
    await notes.pressSequentially('typed before');
    await scrollTo(100_000);
    await lastRow().waitFor();
    await notes.pressSequentially(' and after');
    await page.keyboard.press('Enter');
    const noted = async () => (await app().call('runs.list', {})).filter((run) => run.notes !== '');
    await expect.poll(noted).toMatchObject([{ name: edited, notes: 'typed before and after' }]);
  });

  test('does with all runs of a group at once what is asked of it', async () => {
    const { page } = app();
    await page.getByRole('button', { name: 'Group by…' }).click();
    await page.getByRole('checkbox', { name: 'train.optimizer.lr' }).click();
    await page.keyboard.press('Escape');
    const group = table().getByRole('row', { name: /^0\.05 80 runs/ });
    await group.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move all 80 runs to trash' }).click();
    await expect.poll(async () => (await app().call('runs.list', {})).length).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await app().call('runs.list', {})).length).toBe(80);
    await group.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Compare only these' }).click();
    await page.getByRole('heading', { name: 'Compare', exact: true }).waitFor();
    await openPage(app(), '/runs');
    await page.getByRole('button', { name: /^Grouped by/ }).click();
    await page.getByRole('checkbox', { name: 'train.optimizer.lr' }).click();
    await page.keyboard.press('Escape');
    await group.waitFor({ state: 'detached' });
  });

  test('is sorted into the rows that are there, each with what it holds', async () => {
    await scrollTo(0);
    await table().getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    const seeds = () =>
      table()
        .locator('[data-index]')
        .evaluateAll((rows) =>
          rows
            .map((row) => ({
              index: Number((row as HTMLElement).dataset.index),
              box: row.querySelector('[role=checkbox]')?.getAttribute('aria-label'),
              colour: row.querySelector('.swatch')?.getAttribute('aria-label'),
            }))
            .sort((a, b) => a.index - b.index)
            .slice(0, 20),
        );
    const wanted = Array.from({ length: 20 }, (_, index) => ({
      index,
      box: `Show many/seed ${index + 1} in comparisons`,
      colour: `Colour of many/seed ${index + 1}`,
    }));
    await expect.poll(seeds).toEqual(wanted);
  });
});
