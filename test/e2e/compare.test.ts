import { beforeAll, describe, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { openPage, smallExperiment } from '../support/window.ts';

const pair = {
  ...smallExperiment('pair'),
  dataset: { name: 'mnist', validation: 0.9, preprocess: [{ type: 'standardize' }] },
  grid: { 'model.options.activation': ['sigmoid', 'relu'] },
  seeds: [1, 2],
};

describeInShells('compare page', (app) => {
  let runs: string[] = [];
  const results = () => app().page.getByRole('grid', { name: 'Results' });
  const row = (group: string) => results().getByRole('row', { name: new RegExp(`^${group}`) });
  const card = (title: string) => app().page.getByRole('region', { name: title, exact: true });

  beforeAll(async () => {
    await openPage(app(), '/compare');
    ({ runs } = await app().call('experiments.create', { config: pair }));
  });

  test('follows the runs while they train', async () => {
    const ended = async () =>
      (await app().call('runs.list', {})).filter((run) => run.status === 'finished').length;
    await expect.poll(ended).toBe(4);
    await expect.poll(() => row('relu').textContent()).toContain('%');
  });

  test('groups runs by what the experiment varied, with n in the legend', async () => {
    for (const group of ['sigmoid', 'relu']) {
      await row(group).waitFor();
      await card('Accuracy').getByText(`${group} (n = 2)`).waitFor();
    }
    await expect.poll(() => results().getAttribute('aria-rowcount')).toBe('3');
  });

  test('shows the mean and spread of the best, as the engine has it', async () => {
    const list = await app().call('runs.list', {});
    const best = list
      .filter((run) => run.choices['model.options.activation'] === 'relu')
      .map((run) => run.best as number);
    const mean = best.reduce((sum, value) => sum + value, 0) / best.length;
    await expect.poll(() => row('relu').textContent()).toContain(`${(100 * mean).toFixed(2)}% ± `);
  });

  test('lists only the keys that differ', async () => {
    const table = app().page.getByRole('region', { name: 'Configuration differences' });
    const keys = async () =>
      (await table.locator('tbody tr:not(.heading) th').allTextContents()).map((key) => key.trim());
    await expect.poll(async () => (await keys()).sort()).toEqual(['activation', 'seed']);
  });

  test('counts epochs and seconds to a target that can be changed', async () => {
    const value = app().page.getByRole('textbox', { name: /Value of the target/ });
    await value.fill('5');
    await value.press('Enter');
    await expect.poll(() => row('relu').textContent()).toContain('2 of 2');
    await value.fill('100');
    await value.press('Enter');
    await expect.poll(() => row('relu').textContent()).toContain('0 of 2');
  });

  test('hiding a run changes no number, and is undone by the address it was copied from', async () => {
    const { page } = app();
    await expect.poll(() => row('sigmoid').textContent()).toContain('0 of 2');
    const before = await results().textContent();
    const sure = app().page.getByRole('grid', { name: 'How sure the differences are' });
    // Two seeds each are too few to be tested.
    await expect.poll(() => sure.textContent()).toContain('relu − sigmoid');
    const tests = await sure.textContent();
    const shown = page.url();
    const box = page.getByRole('treeitem', { name: /relu\/seed 2/ }).getByRole('checkbox');
    await box.click();
    await page.getByText('1 hidden run is not drawn, but counts in all numbers.').waitFor();
    await card('Accuracy').getByText('relu (n = 2)').waitFor();
    expect(await results().textContent()).toBe(before);
    expect(await sure.textContent()).toBe(tests);
    await expect.poll(() => page.url()).toContain('hidden=');
    await page.goto(shown);
    await expect.poll(() => page.getByText(/hidden run is not drawn/).count()).toBe(0);
  });

  test('leaving a hidden run out changes the numbers, on request only', async () => {
    const { page } = app();
    const box = page.getByRole('treeitem', { name: /relu\/seed 2/ }).getByRole('checkbox');
    await box.click();
    await page.getByRole('button', { name: 'Leave them out' }).click();
    await card('Accuracy').getByText('relu (n = 1)').waitFor();
    await page.reload();
    await card('Accuracy').getByText('relu (n = 1)').waitFor();
    await box.click();
    await card('Accuracy').getByText('relu (n = 2)').waitFor();
  });

  test('shows single runs, each by its name, when asked', async () => {
    const { page } = app();
    await page.getByRole('combobox', { name: 'Group by' }).click();
    await page.getByRole('option', { name: 'single runs' }).click();
    await expect.poll(() => results().getAttribute('aria-rowcount')).toBe('5');
    await card('Accuracy').getByText('sigmoid/seed 2').waitFor();
    await page.getByRole('combobox', { name: 'Group by' }).click();
    await page.getByRole('option').first().click();
    await expect.poll(() => results().getAttribute('aria-rowcount')).toBe('3');
  });

  test('says so where a best was chosen by the test set', async () => {
    const { dataset, ...rest } = pair;
    const config = { ...rest, name: 'unfair', dataset: { ...dataset, validation: 0 }, grid: {}, seeds: [3] };
    const { runs: made } = await app().call('experiments.create', { config });
    runs.push(...made);
    await expect
      .poll(async () => (await app().call('runs.get', { run: made[0] as string })).summary.best)
      .not.toBeNull();
    await results().getByText('selected on test').first().waitFor();
    await openPage(app(), `/run/${made[0]}`);
    await app().page.locator('.header').getByText('selected on test').waitFor();
    await openPage(app(), '/compare');
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    test('has no accessibility violation', async () => {
      await useTheme(app(), theme);
      await row('relu').waitFor();
      expect(await violations(app())).toEqual([]);
    });
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
