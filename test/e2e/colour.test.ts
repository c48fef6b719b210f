import { beforeAll, describe, expect, test } from 'vitest';
import { formatPlain } from '../../renderer/charts/format.ts';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { coloursOf, installColours } from '../support/colours.ts';
import { hoverUntil } from '../support/pointer.ts';
import { openPage, trainedRun } from '../support/window.ts';

const experiment = {
  version: 1,
  name: 'in colour',
  dataset: { name: 'cifar-10', validation: 0, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'cifar-12-24' },
  train: { epochs: 1, batchSize: 50, optimizer: { type: 'sgd', lr: 0.01 } },
};

describeInShells('looking inside a network for colour images', (app) => {
  let run = '';
  const picture = (name: string) => app().page.getByRole('img', { name, exact: true });
  const open = (tab: string, more = '') => openPage(app(), `/run/${run}?tab=${tab}&image=3${more}`);
  /** The pixels of a canvas, and its size. */
  const pixels = (name: string) =>
    picture(name).evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, 32, 32);
      return { width: canvas.width, data: [...data] };
    });

  beforeAll(async () => {
    installColours(app().home, { train: 500, test: 100 });
    await openPage(app(), '/experiments');
    run = await trainedRun(app(), experiment);
  });

  test.each([
    ['maps', 'Maps of input'],
    ['network', 'Input'],
    ['evidence', 'The image'],
  ])('in %s the image is shown in its own colours, and its channels on request', async (tab, name) => {
    const { page } = app();
    await open(tab);
    await picture(name).waitFor();
    const stored = coloursOf(4).subarray(3 * 3072);
    const expected = Array.from({ length: 4 * 1024 }, (_, at) =>
      at % 4 === 3 ? 255 : stored[(at % 4) * 1024 + Math.floor(at / 4)],
    );
    await expect.poll(() => pixels(name)).toEqual({ width: 32, data: expected });
    const channels = page.getByRole('checkbox', { name: 'Channels apart' });
    await channels.click();
    await expect
      .poll(async () => (await pixels(name)).width)
      .toBeGreaterThanOrEqual(tab === 'maps' ? 32 : 98);
    await expect.poll(async () => (await pixels(name)).data).not.toEqual(expected);
    await channels.click();
    await expect.poll(async () => (await pixels(name)).data).toEqual(expected);
  });

  test('the kernels of the first layer are pictures in colour, 0 the middle grey', async () => {
    const { page } = app();
    await open('kernels');
    const kernels = page.getByRole('img', { name: /^Kernels of layer C1\./ });
    await kernels.waitFor();
    const { weights, minimum, maximum } = await app().call('runs.kernels', { run, layer: 'C1' });
    const values = new Float32Array(Uint8Array.from(Buffer.from(weights.data, 'base64')).buffer);
    const reach = Math.max(-minimum, maximum);
    const shade = (value: number) => Math.round(((value + reach) * 255) / (2 * reach));
    const first = () =>
      kernels.evaluate((element) => {
        const context = (element as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
        return [...context.getImageData(0, 0, 1, 1).data];
      });
    const wanted = [0, 25, 50].map((at) => shade(values[at] as number));
    const farthest = async () => {
      const shown = await first();
      return Math.max(...wanted.map((value, c) => Math.abs((shown[c] as number) - value)));
    };
    await expect.poll(farthest).toBeLessThanOrEqual(1);
    expect(new Set(wanted).size).toBeGreaterThan(1);
    // Read off it, colour by colour.
    const [red, green, blue] = [0, 25, 50].map((at) => formatPlain(values[at] as number));
    const words = `filter 0, row 0, column 0: red ${red}, green ${green}, blue ${blue}`;
    await hoverUntil(kernels, { x: 2, y: 2 }, page.getByText(words, { exact: true }));
  });

  test('a run without a validation set shows the test set, and says so, whatever was chosen before', async () => {
    const { page } = app();
    await page.evaluate(() => localStorage.setItem('convolab.confusionSplit', '"validation"'));
    await page.reload();
    await open('confusion');
    await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
    await page.getByText('of the test set; this run has no validation set').waitFor();
    await page.getByText(/of 100 images of the test set are right/).waitFor();
    await page
      .getByRole('region', { name: 'Images behind the matrix' })
      .getByRole('option')
      .first()
      .waitFor();
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(() => useTheme(app(), theme));

    test.each(['maps', 'network', 'evidence', 'kernels', 'confusion'])(
      '%s has no accessibility violation',
      async (tab) => {
        await open(tab);
        await app().page.locator('canvas').first().waitFor();
        expect(await violations(app())).toEqual([]);
      },
    );
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
