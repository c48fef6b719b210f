import { beforeAll, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { violations } from '../support/axe.ts';
import { openPage, stoppedRuns } from '../support/window.ts';

describeInShells('trash', (app) => {
  let runs: string[] = [];
  beforeAll(async () => {
    await openPage(app(), '/experiments');
    runs = await stoppedRuns(app(), 'thrown away', [1, 2, 3]);
    await app().call('runs.trash', { runs });
    await openPage(app(), '/trash');
    await app()
      .page.getByRole('row', { name: /seed 3/ })
      .waitFor();
  });

  const trashed = async () => (await app().call('runs.list', { trashed: true })).map((run) => run.id);

  test('lists what was thrown away, and has no accessibility violation', async () => {
    const rows = app()
      .page.getByRole('grid')
      .getByRole('row', { name: /thrown away/ });
    await expect.poll(() => rows.count()).toBe(3);
    expect(await violations(app())).toEqual([]);
  });

  test('gives a run back to the run list', async () => {
    const { page } = app();
    await page
      .getByRole('row', { name: /seed 1/ })
      .getByRole('button', { name: 'Restore' })
      .click();
    await page.getByRole('treeitem', { name: /seed 1/ }).waitFor();
    await page.getByRole('row', { name: /seed 1/ }).waitFor({ state: 'detached' });
    await expect.poll(async () => (await trashed()).sort()).toEqual([runs[1], runs[2]].sort());
  });

  test('deletes for good only after asking', async () => {
    const { page } = app();
    const dialog = page.getByRole('dialog');
    const row = page.getByRole('row', { name: /seed 2/ });
    await row.getByRole('button', { name: /for good/ }).click();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await trashed()).toContain(runs[1]);
    await row.getByRole('button', { name: /for good/ }).click();
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await row.waitFor({ state: 'detached' });
    await expect.poll(trashed).toEqual([runs[2]]);
  });

  test('is emptied at once, and then says what would be here', async () => {
    const { page } = app();
    await page.getByRole('button', { name: 'Empty the trash…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The trash is empty').waitFor();
    await expect.poll(trashed).toEqual([]);
    expect(app().errors).toEqual([]);
  });
});
