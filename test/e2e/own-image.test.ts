import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { installBars, tinyExperiment } from '../support/training.ts';
import { openPage, trainedRun } from '../support/window.ts';

/** How a file comes into a window without a chooser. */
type Way = 'drop' | 'paste';

describeInShells('an image of one’s own', (app) => {
  let run = '';
  let whitened = '';
  const openMaps = (id: string) => openPage(app(), `/run/${id}?tab=maps&image=0`);
  const lenet = { model: { preset: 'lenet-5' }, train: { epochs: 1, batchSize: 50 } };

  /** As a browser tells the page of a file that was let go over it, or that is on the clipboard. */
  async function give(way: Way, name: string, type: string, bytes: Buffer): Promise<void> {
    await app().page.evaluate(
      ([how, fileName, mime, data]) => {
        const files = new DataTransfer();
        files.items.add(new File([Uint8Array.from(data)], fileName, { type: mime }));
        const common = { bubbles: true, cancelable: true };
        const target = document.querySelector('main') ?? document.body;
        if (how === 'paste') {
          target.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: files }));
          return;
        }
        for (const event of ['dragenter', 'dragover', 'drop'])
          target.dispatchEvent(new DragEvent(event, { ...common, dataTransfer: files }));
      },
      [way, name, type, [...bytes]] as const,
    );
  }

  beforeAll(async () => {
    installBars(app().home, { train: 300, test: 50 });
    await openPage(app(), '/experiments');
    run = await trainedRun(app(), tinyExperiment({ name: 'plain', ...lenet }));
    whitened = await trainedRun(
      app(),
      tinyExperiment({ name: 'whitened', ...lenet, dataset: { derive: [{ type: 'zca', samples: 100 }] } }),
    );
  });

  test.each(['drop', 'paste'] as const)('comes by %s, and goes its way through the network', async (way) => {
    const { page } = app();
    await openMaps(run);
    await page.getByRole('radiogroup', { name: 'Choose a test image' }).waitFor();
    const png = await testImageAsPng(4);
    await give(way, `${way}ped.png`, 'image/png', png);
    await page.getByText(`${way}ped.png, 28 × 28`).waitFor();
    await expect.poll(() => page.url()).toContain('image=own');
    const prepared = await app().call('runs.prepareImage', {
      run,
      name: 'x.png',
      data: png.toString('base64'),
    });
    const known = await app().call('runs.featureMaps', { run, image: { pixels: prepared.pixels } });
    await expect
      .poll(() => page.locator('.outputs .value').allTextContents())
      .toEqual(known.probabilities.map((value) => value.toFixed(4)));
    await page.getByRole('tab', { name: 'Evidence' }).click();
    await expect.poll(() => page.locator('.top li').count()).toBe(5);
    const best = known.probabilities.indexOf(Math.max(...known.probabilities));
    await expect.poll(() => page.locator('.top li').first().textContent()).toContain(String(best));
    await page.getByRole('button', { name: 'Back to the test images' }).click();
    await page.getByRole('radiogroup', { name: 'Choose a test image' }).waitFor();
  });

  test('that is none is refused by its name', async () => {
    const { page } = app();
    await openMaps(run);
    await page.getByRole('radiogroup', { name: 'Choose a test image' }).waitFor();
    await give('paste', 'broken.png', 'image/png', Buffer.from('no picture'));
    await page
      .getByRole('alert')
      .getByText(/broken\.png/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Back to the test images' }).first().click();
  });

  test('that is none leaves nothing of the image before it under its name', async () => {
    const { page } = app();
    await openMaps(run);
    await page.getByRole('radiogroup', { name: 'Choose a test image' }).waitFor();
    await give('drop', 'sound.png', 'image/png', await testImageAsPng(1));
    await page.getByText('sound.png, 28 × 28').waitFor();
    const values = page.locator('.outputs .value');
    await values.first().waitFor();
    await give('drop', 'empty.png', 'image/png', Buffer.alloc(0));
    await page.getByRole('alert').getByText('empty.png is empty').waitFor();
    await values.first().waitFor({ state: 'detached' });
    expect(await page.getByText(/, 28 × 28/).count()).toBe(0);
    await give('drop', 'again.png', 'image/png', await testImageAsPng(2));
    await page.getByText('again.png, 28 × 28').waitFor();
    await values.first().waitFor();
    await page.getByRole('button', { name: 'Back to the test images' }).first().click();
  });

  test('cannot be whitened: a run on whitened images says so before one is chosen, and why when one is dropped', async () => {
    const { page } = app();
    await openMaps(whitened);
    const choose = page.getByRole('button', { name: 'No own images: whitened data' });
    await choose.waitFor();
    await expect.poll(() => choose.isDisabled()).toBe(true);
    await give('drop', 'seven.png', 'image/png', await testImageAsPng(0));
    await page.getByText('an image of your own cannot be whitened alike').waitFor();
    await page.getByRole('button', { name: 'Back to the test images' }).first().click();
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });

  async function testImageAsPng(index: number): Promise<Buffer> {
    const at = { name: 'mnist', split: 'test', offset: index, count: 1 };
    const { images } = await app().call('datasets.samples', at);
    const raw = { width: 28, height: 28, channels: 1 } as const;
    return sharp(Buffer.from(images.data, 'base64'), { raw }).png().toBuffer();
  }
});
