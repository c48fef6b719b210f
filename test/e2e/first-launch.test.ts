import { expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';

describeInShells('first launch', (app) => {
  test('says in one sentence what this is, and leads to a training run with one click', async () => {
    const { page } = app();
    await page.getByRole('heading', { level: 1, name: /Train convolutional networks/ }).waitFor();

    await page.getByRole('button', { name: 'Train both on MNIST' }).click();

    const runs = page.getByRole('tree', { name: 'Runs' }).getByRole('treeitem');
    await runs.filter({ hasText: 'Running' }).first().waitFor();
    await expect.poll(() => runs.filter({ hasText: /(sigmoid|relu)\/seed/ }).count()).toBe(6);
  });

  test('shows the status bar’s figures while it trains, each with its unit', async () => {
    const { page } = app();
    await expect.poll(() => page.locator('[data-status="rate"]').textContent()).toMatch(/^[\d,]+ images\/s$/);
    await expect.poll(() => page.locator('[data-status="running"]').textContent()).toMatch(/^\d+ running$/);
  });

  test('a reload disturbs nothing: the runs are there, and training goes on', async () => {
    const { page } = app();
    const before = await app().call('runs.list', {});
    await page.reload();
    await page.getByRole('treeitem', { name: /sigmoid\/seed 1/ }).waitFor();
    const after = await app().call('runs.list', {});
    expect(after.map((run) => run.id)).toEqual(before.map((run) => run.id));
    expect(after.some((run) => run.status === 'failed' || run.status === 'interrupted')).toBe(false);
    expect(app().errors).toEqual([]);
  });
});
