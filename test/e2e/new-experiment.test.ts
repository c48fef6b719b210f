import { expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { openPage, stoppedRuns } from '../support/window.ts';

describeInShells('new experiment', (app) => {
  const field = (label: string) => app().page.getByLabel(label, { exact: true });
  const yaml = () => app().page.getByRole('textbox', { name: 'The experiment as YAML' });
  const start = () => app().page.getByRole('button', { name: /^Start/ });

  test('starts from the first preset, complete and ready, with its published figure', async () => {
    const { page } = app();
    await openPage(app(), '/new');
    await start().waitFor();
    await expect.poll(() => start().isEnabled()).toBe(true);
    await page.getByRole('navigation', { name: 'Start from' }).getByText('99.05%').first().waitFor();
    await expect.poll(() => page.getByRole('row', { name: /^C3 conv/ }).textContent()).toContain('1,516');
  });

  test('what is kept to look back at is set for each run, and how much of the disk it takes foretold', async () => {
    const { page } = app();
    const disk = () => page.locator('dt', { hasText: 'On disk' }).locator('xpath=following-sibling::dd[1]');
    await expect.poll(() => disk().textContent()).toMatch(/\d/);
    const before = await disk().textContent();
    await page.getByRole('checkbox', { name: 'Keep weights' }).click();
    await expect.poll(() => disk().textContent()).not.toBe(before);
    await field('Snapshot every').fill('2');
    await field('Snapshot every').blur();
    await page.getByRole('tab', { name: 'YAML' }).click();
    await expect.poll(() => yaml().inputValue()).toMatch(/snapshots:\n\s+weights: false\n\s+every: 2/);
    await page.getByRole('tab', { name: 'What will happen' }).click();
    await page.getByRole('checkbox', { name: 'Keep weights' }).click();
    await field('Snapshot every').fill('1');
    await field('Snapshot every').blur();
    await expect.poll(() => disk().textContent()).toBe(before);
  });

  test('a fault stands at its field, and nothing starts until it is put right', async () => {
    await field('Learning rate').fill('fast');
    await field('Learning rate').blur();
    const row = app().page.locator('[data-path="train.optimizer.lr"]');
    await row.getByRole('alert').waitFor();
    await expect.poll(() => start().isDisabled()).toBe(true);

    await field('Learning rate').fill('0.02');
    await field('Learning rate').blur();
    await row.getByRole('alert').waitFor({ state: 'detached' });
    await expect.poll(() => start().isEnabled()).toBe(true);
  });

  test('the YAML follows the form, and the form the YAML', async () => {
    const { page } = app();
    await field('Epochs').fill('7');
    await field('Epochs').blur();
    await page.getByRole('tab', { name: 'YAML' }).click();
    await expect.poll(() => yaml().inputValue()).toContain('epochs: 7');

    await yaml().fill((await yaml().inputValue()).replace('epochs: 7', 'epochs: 9'));
    await expect.poll(() => field('Epochs').inputValue()).toBe('9');
  });

  test('a YAML fault names its line and leaves the form as it was', async () => {
    const { page } = app();
    const text = await yaml().inputValue();
    await yaml().fill(text.replace('epochs: 9', 'epochs: ['));
    await page.getByText(/^Line \d+:/).waitFor();
    expect(await field('Epochs').inputValue()).toBe('9');
    await expect.poll(() => start().isDisabled()).toBe(true);
    await yaml().fill(text);
    await expect.poll(() => start().isEnabled()).toBe(true);
  });

  test('comparing the values of a field, over seeds, says how many runs that makes', async () => {
    const { page } = app();
    await page.getByRole('button', { name: 'Compare several values of “Activation”: one run each' }).click();
    await field('Seeds').fill('1-3');
    await field('Seeds').blur();
    await page.getByRole('button', { name: 'Start 12 runs' }).waitFor();
    await page.getByRole('checkbox', { name: 'Tanh', exact: true }).click();
    await page.getByRole('button', { name: 'Start 9 runs' }).waitFor();
  });

  test('an impossible validation set is refused in the form, before any work', async () => {
    await field('Validation set').fill('-5');
    await field('Validation set').blur();
    await app().page.locator('[data-path="dataset.validation"]').getByRole('alert').waitFor();
    await expect.poll(() => start().isDisabled()).toBe(true);
  });

  test('a clone comes filled in, and shows the one key that was changed', async () => {
    const { page } = app();
    const [run] = await stoppedRuns(app(), 'original', [4]);
    await openPage(app(), `/new?clone=${run}`);
    await expect.poll(() => field('Seeds').inputValue()).toBe('4');
    await field('Activation').click();
    await page.getByRole('option', { name: 'Sigmoid' }).click();

    await page.getByRole('tab', { name: 'What will happen' }).click();
    const changes = page.getByRole('listitem').filter({ hasText: 'model.options.activation' });
    await expect.poll(() => changes.textContent()).toMatch(/relu\s*→\s*sigmoid/);
    await expect.poll(() => field('Name').inputValue()).toContain('(activation sigmoid)');
  });

  test('Ctrl+Enter in a field takes what was typed and starts the experiment', async () => {
    const before = (await app().call('runs.list', {})).map((run) => run.id);
    await field('Epochs').fill('33');
    await field('Epochs').press('Control+Enter');
    const made = async () =>
      (await app().call('runs.list', {})).filter((run) => !before.includes(run.id)).map((run) => run.epochs);
    await expect.poll(made).toEqual([33]);
  });

  test('tabs move by Shift and an arrow, and by dragging', async () => {
    const { page } = app();
    const bar = page.getByRole('navigation', { name: 'Open pages' });
    const titles = async () =>
      (await bar.getByRole('link').allTextContents())
        .map((it) => it.trim())
        .filter((it) => ['Queue', 'Settings'].includes(it));
    const tab = (title: string) => bar.getByRole('link', { name: title, exact: true });
    await openPage(app(), '/queue');
    await tab('Queue').waitFor();
    await openPage(app(), '/settings');
    await expect.poll(titles).toEqual(['Queue', 'Settings']);
    await tab('Settings').press('Shift+ArrowLeft');
    await expect.poll(titles).toEqual(['Settings', 'Queue']);
    await tab('Settings').dragTo(tab('Queue'));
    await expect.poll(titles).toEqual(['Queue', 'Settings']);
    expect(app().errors).toEqual([]);
  });
});
