import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { openPage } from '../support/window.ts';

describeInShells('what is made of a data set', (app) => {
  test('shows what an experiment’s steps make of a data set before it is started, and the data set again', async () => {
    const { page } = app();
    await openPage(app(), '/new?data=mnist');
    await page
      .getByRole('button', { name: /^Add a step/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Pairs' }).click();
    await page.getByRole('button', { name: 'Look at these samples' }).click();
    await page.getByRole('heading', { level: 1, name: 'MNIST, then pairs' }).waitFor();
    await page.getByText('20,000 images').waitFor();
    await page.getByRole('tab', { name: 'Overview', exact: true }).click();
    const same = page.getByRole('table', { name: 'Images per class' }).getByRole('row', { name: /^same/ });
    await expect.poll(() => same.getByRole('cell').allTextContents()).toEqual(['10,000', '2,000']);
    // The two of a pair lie side by side.
    const pair = page.getByRole('img', { name: 'A sample of class same, number 1', exact: true });
    const size = () =>
      pair.evaluate((canvas) => [(canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height]);
    await expect.poll(size).toEqual([56, 28]);
    await page.getByRole('button', { name: 'The data set as it is' }).click();
    await page.getByRole('heading', { level: 1, name: 'MNIST', exact: true }).waitFor();
  });

  test('that takes long can be cancelled, leaves nothing, and is begun again on request', async () => {
    const { page, home } = app();
    await openPage(app(), `/data/mnist?derive=${encodeURIComponent('[{"type":"zca"}]')}`);
    await page.getByRole('heading', { level: 1, name: 'MNIST, then zca' }).waitFor();
    await page.getByText('Fitting to the training samples').first().waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped on request; nothing of it was kept.').waitFor();
    const made = () => readdirSync(join(home, 'datasets', 'derived')).filter((name) => name.startsWith('.'));
    expect(made()).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Fitting to the training samples').first().waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped on request; nothing of it was kept.').waitFor();
  });

  test('counts what is on images with boxes, and frames it', async () => {
    const { page } = app();
    await openPage(app(), '/data/mnist-scenes?tab=overview');
    const ones = page.getByRole('table', { name: 'Images per class' }).getByRole('row', { name: /^1 / });
    await ones.waitFor();
    const count = async () =>
      Number((await ones.getByRole('cell').first().textContent())?.replace(',', '') ?? Number.NaN);
    await expect.poll(count).toBeGreaterThan(800);
    await page.getByRole('heading', { name: 'Objects per class' }).waitFor();
    await page.getByText('128 × 128', { exact: true }).waitFor();
    await page.getByRole('img', { name: 'A sample of class 7, number' }).first().waitFor();
  });

  test('complained about nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
