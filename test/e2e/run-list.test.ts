import { beforeAll, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { openPage, stoppedRuns } from '../support/window.ts';

describeInShells('run list', (app) => {
  const run = (name: RegExp) => app().page.getByRole('treeitem', { name });

  beforeAll(async () => {
    await openPage(app(), '/experiments');
    await stoppedRuns(app(), 'lists', [1, 2, 3]);
    await run(/seed 3/).waitFor();
  });

  test('is walked and opened by keyboard', async () => {
    const { page } = app();
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => run(/seed 2/).evaluate((row) => row === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/run/');
    await page.getByRole('link', { name: /seed 2/ }).waitFor();
  });

  test('Space leaves a run out of comparisons, and takes it in again', async () => {
    const { page } = app();
    const box = run(/seed 2/).getByRole('checkbox');
    await run(/seed 2/).focus();
    await page.keyboard.press('Space');
    await expect.poll(() => box.isChecked()).toBe(false);
    await page.keyboard.press('Space');
    await expect.poll(() => box.isChecked()).toBe(true);
  });

  test('F2 renames in place, and the engine keeps the name', async () => {
    const { page } = app();
    await run(/seed 2/).focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'New name of the run' }).fill('the good one');
    await page.keyboard.press('Enter');
    await run(/the good one/).waitFor();
    const names = async () => (await app().call('runs.list', {})).map((row) => row.name);
    await expect.poll(names).toContain('the good one');
  });

  test('Escape leaves the name as it was', async () => {
    const { page } = app();
    await run(/the good one/).focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'New name of the run' }).fill('never');
    await page.keyboard.press('Escape');
    await run(/the good one/).waitFor();
    const rows = await app().call('runs.list', {});
    expect(rows.map((row) => row.name)).not.toContain('never');
  });

  test('a run goes to the trash, and comes back with undo', async () => {
    const { page } = app();
    await run(/the good one/).focus();
    await page.keyboard.press('Delete');
    await run(/the good one/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await run(/the good one/).waitFor();
  });

  test('its menu offers what its state allows, and nothing else', async () => {
    const { page } = app();
    await run(/seed 1/).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Train more epochs…' }).waitFor();
    const items = await page.getByRole('menuitem').allTextContents();
    expect(items.some((item) => item.includes('Pause'))).toBe(false);
    expect(items.some((item) => item.includes('Copy as command'))).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('the filter leaves what matches', async () => {
    const { page } = app();
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('good');
    await run(/seed 1/).waitFor({ state: 'detached' });
    await expect.poll(() => run(/the good one/).count()).toBe(1);
    await page.keyboard.press('Escape');
    await run(/seed 1/).waitFor();
  });

  test('the filter takes an expression, and says in place what is wrong with one', async () => {
    const { page } = app();
    const filter = page.getByRole('combobox', { name: 'Filter runs' });
    await filter.fill('seed > 1 and status = stopped');
    await run(/seed 1/).waitFor({ state: 'detached' });
    await expect.poll(() => run(/seed 3/).count()).toBe(1);
    await filter.fill('seed > 1 and (status = stopped');
    await page.getByText('This bracket is not closed.').waitFor();
    await filter.press('Escape');
    await run(/seed 1/).waitFor();
  });

  test('P keeps a run on top', async () => {
    const { page } = app();
    await run(/seed 3/).focus();
    await page.keyboard.press('p');
    await run(/^Pinned/).waitFor();
    await run(/seed 3/).focus();
    await page.keyboard.press('p');
    await run(/^Pinned/).waitFor({ state: 'detached' });
  });

  test('the palette reaches pages, runs and actions', async () => {
    const { page } = app();
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.type('go to data');
    await page
      .getByRole('option', { name: /^go to data/i })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('#/data');

    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.type('the good one');
    await page
      .getByRole('option', { name: /^the good one/ })
      .first()
      .click();
    await expect.poll(() => page.url()).toContain('#/run/');
  });

  test('? lists the shortcuts', async () => {
    const { page } = app();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await expect.poll(() => help.textContent()).toContain('Ctrl+K');
    await page.keyboard.press('Escape');
  });

  test('open pages come back after a reload', async () => {
    const { page } = app();
    const open = () =>
      page.getByRole('navigation', { name: 'Open pages' }).getByRole('link').allTextContents();
    // By its name, which a page gets once its run is here.
    await expect.poll(async () => (await open()).join()).toContain('the good one');
    const before = await open();
    await page.reload();
    await expect.poll(open).toEqual(before);
    expect(app().errors).toEqual([]);
  });
});
