import { beforeAll, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { openPage, smallExperiment } from '../support/window.ts';

describeInShells('judging runs', (app) => {
  let runs: string[] = [];
  const button = (name: string) => app().page.getByRole('button', { name, exact: true });
  const summary = async (run: string) => (await app().call('runs.get', { run })).summary;

  async function ended(run: string): Promise<void> {
    while ((await summary(run)).status !== 'finished') await new Promise((rest) => setTimeout(rest, 200));
  }

  beforeAll(async () => {
    await openPage(app(), '/experiments');
    const experiment = smallExperiment('pair', 1);
    const dataset = { ...experiment.dataset, validation: 0.9 };
    runs = (await app().call('experiments.create', { config: { ...experiment, dataset, seeds: [1, 2] } }))
      .runs;
    for (const run of runs) await ended(run);
  });

  test('a committee of an experiment’s runs says what each and all get right, and shows what is still wrong', async () => {
    const { page } = app();
    await button('Committee').click();
    await page.getByRole('row', { name: /Together, of 2/ }).waitFor();
    const judged = await app().call('runs.judge', { runs });
    const correct = judged.correct.toLocaleString('en-US');
    await expect
      .poll(() => page.getByRole('row', { name: /Together, of 2/ }).textContent())
      .toContain(correct);
    for (const run of runs) {
      const { testCorrect, name } = await summary(run);
      const row = page.getByRole('row', { name: new RegExp(name) });
      await expect.poll(() => row.textContent()).toContain((testCorrect ?? 0).toLocaleString('en-US'));
    }
    await page.getByRole('heading', { name: `${10_000 - judged.correct} images are still wrong` }).waitFor();
    await page
      .getByRole('img', { name: /^Test image/ })
      .nth(23)
      .waitFor();
  });

  test('the last weights are judged as well as the best', async () => {
    const { page } = app();
    await page.getByRole('combobox', { name: 'Weights' }).click();
    await page.getByRole('option', { name: 'last epoch of each' }).click();
    const judged = await app().call('runs.judge', { runs, checkpoint: 'last' });
    const { epoch } = await summary(runs[0] as string);
    expect(judged.columns[0]?.epoch).toBe(epoch);
    await expect.poll(() => page.url()).toContain('weights=last');
    await expect
      .poll(async () => (await page.getByRole('row', { name: /seed 1/ }).allTextContents())[0])
      .toContain((judged.columns[0]?.correct ?? 0).toLocaleString('en-US'));
  });

  test('more views of every image are averaged, and that is said', async () => {
    const { page } = app();
    await page.getByRole('combobox', { name: 'Look at every image' }).click();
    await page.getByRole('option', { name: /10 times/ }).click();
    await page.getByText('10 views of every image is averaged').waitFor({ timeout: 180_000 });
    await expect.poll(() => page.url()).toContain('views=ten');
  });

  test.each(['light', 'dark'] as const)('nothing in it keeps anybody out, %s', async (theme) => {
    await useTheme(app(), theme);
    // Colours take a moment to turn.
    await expect.poll(() => violations(app())).toEqual([]);
  });

  test('the run page has the published figure, ours, and its own', async () => {
    const { page } = app();
    await openPage(app(), `/run/${runs[0]}`);
    const { testCorrect } = await summary(runs[0] as string);
    await button('Published 99.05%').click();
    await page.getByText('99.05% (0.95% error)').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'lenet-5-augmented, seeds 1, 2, 3' }).waitFor();
    await page.getByText(`${(testCorrect ?? 0).toLocaleString('en-US')} of 10,000`).waitFor();
    expect(await violations(app())).toEqual([]);
  });

  test('the recipe of a measured figure is one click from it, ready to be trained', async () => {
    const { page } = app();
    await openPage(app(), '/models/mcdnn-column');
    await page.getByText('20@26×26', { exact: true }).waitFor();
    // What is to be typed stands out from the words around it.
    await page.getByRole('code').getByText('--set seeds=[1,2,3,4,5] --set train.epochs=200').waitFor();
    await page.getByRole('link', { name: 'mcdnn', exact: true }).click();
    await button('Start 7 runs').waitFor();
  });

  test('why networks convolve is told by three networks, and started from there', async () => {
    const { page } = app();
    await openPage(app(), '/why-convolution');
    for (const parameters of ['1,808,640', '59,904', '104'])
      await page.getByText(parameters, { exact: true }).waitFor();
    expect(await violations(app())).toEqual([]);
    await button('Train all three on MNIST').click();
    await button('Start 9 runs').waitFor();
  });

  test('variants stand in the form, name by name, in place of the fields that they set', async () => {
    const { page } = app();
    await openPage(app(), '/new?preset=relu-vs-tanh-cifar');
    await page.getByText('tanh: tanh').waitFor();
    const rate = page.getByRole('textbox', { name: 'train.optimizer.lr of tanh' });
    await rate.fill('fast');
    await rate.press('Tab');
    await page.getByRole('alert').filter({ hasText: 'number' }).waitFor();
    await rate.fill('0.02');
    await rate.press('Tab');
    await button('Start 6 runs').waitFor();
    expect(await violations(app())).toEqual([]);
    expect(app().errors).toEqual([]);
  });

  test('a variant is made in the form, of whatever has a field there', async () => {
    const { page } = app();
    await openPage(app(), '/new?preset=lenet-5');
    await button('Add a variant').click();
    await button('Set something…').click();
    await page.getByRole('menuitem', { name: 'Batch size (train.batchSize)' }).click();
    const size = (variant: number) =>
      page.getByRole('textbox', { name: `train.batchSize of variant ${variant}` });
    await page.getByText('variant 1: ').waitFor();
    const usual = await size(1).inputValue();
    expect(Number(usual)).toBeGreaterThan(1);
    await button('Add a variant').click();
    await size(2).fill('7');
    await size(2).press('Tab');
    await page.getByText('variant 2: 7').waitFor();
    await button('Start 2 runs').waitFor();
    expect(await violations(app())).toEqual([]);
    await button('Leave train.batchSize out of variant 1').click();
    await page.getByText(`variant 1: ${usual}`).waitFor({ state: 'detached' });
    await page.getByText('as above').waitFor();
    await button('Take the variant variant 1 out').click();
    await size(1).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'YAML' }).click();
    const yaml = page.getByRole('textbox', { name: 'The experiment as YAML' });
    await expect.poll(() => yaml.inputValue()).toMatch(/variants:\n\s+variant 2:\n\s+train\.batchSize: 7\n/);
    expect(app().errors).toEqual([]);
  });
});
