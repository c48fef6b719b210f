import { beforeAll, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { openPage, smallExperiment } from '../support/window.ts';

describeInShells('the queue', (app) => {
  let runs: string[] = [];
  const table = () => app().page.getByRole('grid', { name: 'Runs under way and waiting' });
  const row = (name: RegExp) => table().getByRole('row', { name });
  const waiting = async () =>
    (await app().call('queue.list', {})).filter(({ status }) => status === 'queued').map(({ run }) => run);

  beforeAll(async () => {
    await openPage(app(), '/queue');
    await app().call('settings.set', { values: { 'pool.cpuSlots': 1 } });
    const config = { ...smallExperiment('queued', 200), seeds: [1, 2, 3, 4] };
    ({ runs } = await app().call('experiments.create', { config }));
    await row(/seed 1.*Running/).waitFor();
  });

  test('shows device, progress and when each will be done', async () => {
    await expect.poll(() => row(/seed 1/).textContent()).toMatch(/cpu.*\d+ (s|m)/);
    await expect.poll(() => row(/seed 4/).textContent()).toMatch(/\d+ (s|m|h)/);
  });

  test('is reordered by keyboard, and the keyboard stays with the run', async () => {
    const { page } = app();
    await row(/seed 4/).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(waiting).toEqual([runs[1], runs[3], runs[2]]);
    await expect.poll(() => row(/seed 4/).evaluate((it) => it === document.activeElement)).toBe(true);
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(waiting).toEqual([runs[3], runs[1], runs[2]]);
  });

  test('is reordered by dragging', async () => {
    await row(/seed 3/).dragTo(row(/seed 4/));
    await expect.poll(waiting).toEqual([runs[2], runs[3], runs[1]]);
  });

  test('what trains keeps its place', async () => {
    const { page } = app();
    await row(/seed 3/).focus();
    await page.keyboard.press('Alt+ArrowUp');
    expect(await waiting()).toEqual([runs[2], runs[3], runs[1]]);
  });

  test('lets go of a run, and goes on with the rest', async () => {
    const { page } = app();
    await page.getByRole('button', { name: /^Stop .*seed 3/ }).click();
    await expect.poll(waiting).toEqual([runs[3], runs[1]]);
    await page.getByRole('button', { name: /^Stop .*seed 1/ }).click();
    await row(/seed 4.*Running/).waitFor();
    for (const run of [runs[1], runs[3]]) await app().call('runs.stop', { run: run ?? '' });
    expect(app().errors).toEqual([]);
  });

  test('the status bar tells CPU, memory and store, and says what it cannot read', async () => {
    const status = app().page.getByRole('contentinfo', { name: 'Status' });
    for (const figure of [/\d+% CPU/, /of .* memory/, /GPU memory( not available)?/, /store \d/])
      await expect.poll(() => status.textContent()).toMatch(figure);
  });
});
