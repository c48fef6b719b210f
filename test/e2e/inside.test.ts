import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatPlain } from '../../renderer/charts/format.ts';
import { decodeTensor } from '../../renderer/charts/tensor.ts';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { openPage, smallExperiment } from '../support/window.ts';

/** Both activations of the lecture's comparison, an epoch of 6,000 images each. */
const pair = {
  ...smallExperiment('inside'),
  dataset: { name: 'mnist', validation: 0.9, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5' },
  grid: { 'model.options.activation': ['sigmoid', 'relu'] },
};

describeInShells('looking inside a network', (app) => {
  let sigmoid = '';
  let relu = '';
  const openTab = (tab: string, more = '') => openPage(app(), `/run/${sigmoid}?tab=${tab}${more}`);
  const button = (name: string | RegExp) => app().page.getByRole('button', { name });
  const picture = (name: string) => app().page.getByRole('img', { name, exact: true });

  beforeAll(async () => {
    await openPage(app(), '/experiments');
    const { runs } = await app().call('experiments.create', { config: pair });
    [sigmoid, relu] = runs as [string, string];
    const ended = async () =>
      (await app().call('runs.list', {})).every(({ status }) => status === 'finished');
    while (!(await ended())) await sleep(500);
  });

  test('the network is drawn with shapes and parameters; a layer shows its maps, a pixel its sum', async () => {
    const { page } = app();
    await openTab('network', '&image=3');
    const graph = page.getByRole('group', { name: 'Layers of the network' });
    await graph.getByRole('button', { name: /^C3 / }).click();
    for (const words of ['16 × 10 × 10', '1,516']) await graph.getByText(words).first().waitFor();
    await picture('Maps of C3').click({ position: { x: 3, y: 3 } });
    const panel = page.getByRole('region', { name: 'How C3 comes to this number' });
    await panel.getByText('✓ equals the network’s own output').waitFor();
    // The picture says what the engine says.
    const sum = await app().call('runs.arithmetic', {
      run: sigmoid,
      image: { split: 'test', index: 3 },
      layer: 'C3',
      channel: 0,
      row: 0,
      column: 0,
    });
    const shown = await panel.locator('.result dd').textContent();
    expect(Number(shown)).toBeCloseTo(sum?.result as number, 3);
    expect(sum?.parts).toHaveLength(3);
    await expect.poll(() => panel.locator('.parts li').count()).toBe(3);
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
    // Of a unit, which has no place.
    await graph.getByRole('button', { name: /^F6 / }).click();
    await picture('Units of F6').click({ position: { x: 3, y: 3 } });
    await page.getByText(/^F6, unit 0: /).waitFor();
  });

  test('each map’s strongest images are shown with the patch that it looks at, and open', async () => {
    const { page } = app();
    await openTab('network', '&layer=C3');
    await page.getByText('Of the first 2,000 images of the test set').waitFor();
    const found = await app().call('runs.strongest', { run: sigmoid, layer: 'C3', maps: 8 });
    const best = found.maps[0]?.images[0];
    const index = found.samples[best?.sample ?? -1]?.index;
    await page.locator('.strongest li').first().getByRole('button').first().click();
    await expect.poll(() => page.url()).toContain(`image=${index}`);
  });

  test('gradients that vanish are seen beside those that do not, on one scale', async () => {
    const { page } = app();
    await openTab('network', `&image=0&layer=C1&beside=${relu}`);
    await button('Backward').click();
    const rows = page.locator('.flow tbody tr');
    const shows = async (wanted: readonly { layers: readonly { id: string; delta: number }[] }[]) => {
      const expected = wanted[0]?.layers.map(({ id }, i) => [
        id,
        ...wanted.map(({ layers }) => formatPlain(layers[i]?.delta ?? Number.NaN)),
      ]);
      const written = () =>
        rows.evaluateAll((all) =>
          all.map((row) =>
            [...row.querySelectorAll('button, td.number')].map((cell) => cell.textContent.trim()),
          ),
        );
      await expect.poll(written).toEqual(expected);
    };
    const both = [sigmoid, relu];
    await shows(await Promise.all(both.map((run) => app().call('runs.gradientFlow', { run, count: 128 }))));
    await expect.poll(() => page.locator('.flow .bar').count()).toBe(16);
    const of = page.getByRole('combobox', { name: 'Of the loss of' });
    await of.click();
    await page.getByRole('option', { name: 'of this image' }).click();
    const image = { split: 'test', index: 0 };
    await shows(await Promise.all(both.map((run) => app().call('runs.gradients', { run, image }))));
    await of.click();
    await page.getByRole('option', { name: 'of 128 test images' }).click();
    await picture('Gradients of C1').nth(1).waitFor();
    // On one scale, or each on its own.
    const scales = () => page.locator('.column figcaption').allTextContents();
    await expect.poll(async () => new Set(await scales()).size).toBe(1);
    const together = page.getByRole('checkbox', { name: 'One scale for both' });
    await together.click();
    await expect.poll(async () => new Set(await scales()).size).toBe(2);
    await together.click();
  });

  test('two runs are seen side by side on the same image in the feature maps', async () => {
    const { page } = app();
    await openTab('maps', `&image=5&beside=${relu}`);
    await expect.poll(() => picture('Maps of C1').count()).toBe(2);
    await expect.poll(() => page.getByText('True class 1').count()).toBe(2);
    // One scale: what stands under both pictures of a layer is the same.
    const scales = page.getByRole('region', { name: 'Maps of C3' }).locator('.scale');
    const written = async () => (await scales.allTextContents()).slice(0, 2);
    await expect.poll(async () => (await written()).length).toBe(2);
    await expect.poll(async () => new Set(await written()).size).toBe(1);
    await picture('Maps of S2')
      .first()
      .click({ position: { x: 4, y: 4 } });
    await page.getByRole('region', { name: 'How S2 comes to this number' }).waitFor();
  });

  test('evidence for a class: saliency, occlusion, the five likeliest', async () => {
    const { page } = app();
    await openTab('evidence', '&image=0');
    await picture('Gradient saliency').waitFor();
    await picture('Occlusion').waitFor();
    await expect.poll(() => page.locator('.top li').count()).toBe(5);
    const found = await app().call('runs.occlusion', { run: sigmoid, image: { split: 'test', index: 0 } });
    await page.getByText(`${found.size} × ${found.size} pixels`).waitFor();
    // On all probabilities, or stretched over those that there are.
    const least = Math.min(...decodeTensor(found.probabilities).data, found.base);
    const figure = page.locator('figure', { hasText: 'Occlusion' });
    await figure.getByText('1.000', { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Stretch occlusion' }).click();
    await figure.getByText(formatPlain(least), { exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Stretch occlusion' }).click();
  });

  test('an image of one’s own is looked at: turned, top five, and its way through the network', async () => {
    const { page } = app();
    await openTab('maps');
    const { images } = await app().call('datasets.samples', {
      name: 'mnist',
      split: 'test',
      offset: 0,
      count: 1,
    });
    // As a pen would have it: black on white.
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button('Your own image').click()]);
    await chooser.setFiles({ name: 'seven.png', mimeType: 'image/png', buffer: await penDrawn(images.data) });
    await page.getByText('seven.png, 28 × 28').waitFor();
    await page.getByText('turned light for dark').waitFor();
    await picture('Maps of C1').waitFor();
    const known = await app().call('runs.featureMaps', { run: sigmoid, image: { split: 'test', index: 0 } });
    await expect
      .poll(() => page.locator('.outputs .value').allTextContents())
      .toEqual(known.probabilities.map((value) => value.toFixed(4)));
    await openTab('evidence', '&image=own');
    await expect.poll(() => page.locator('.top li').count()).toBe(5);
    await button('Back to the test images').click();
    await page.getByRole('radiogroup', { name: 'Choose a test image' }).waitFor();
  });

  test('ten thousand images are points; pointing shows one, clicking opens it', async () => {
    const { page } = app();
    await openTab('space');
    const points = page.getByRole('img', { name: '10,000 images as points, by class' });
    await points.waitFor();
    await points.hover();
    await page.mouse.wheel(0, -2000);
    const beyond = page.getByText(/images lie beyond the edge/);
    await beyond.waitFor();
    await button('Show everything').click();
    await beyond.waitFor({ state: 'detached' });
    await points.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Image 0: 7').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toMatch(/tab=maps.*image=0|image=0.*tab=maps/);
  });

  test('it is judged on other data, and every prediction can be had as CSV', async () => {
    const { page } = app();
    await openTab('judge');
    await button('Judge').click();
    await button('Predictions as CSV').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), button('Predictions as CSV').click()]);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(10_001);
    expect(lines[0]).toBe('index,label,class,prediction,predicted_class,probability');
    const right = lines.slice(1).filter((line) => line.split(',')[1] === line.split(',')[3]).length;
    await page.getByText(`${right.toLocaleString('en-US')} of 10,000 right`).waitFor();
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(() => useTheme(app(), theme));

    test.each([
      ['network', '', 'What excites each map most'],
      ['network', '&pass=backward', 'Gradient that reaches each layer'],
      ['maps', '', 'probabilities'],
      ['evidence', '', 'Five likeliest classes'],
      ['space', '', 'first principal component'],
      ['judge', '', 'Nothing judged yet'],
    ])('%s%s has no accessibility violation', async (tab, more, shown) => {
      await openTab(tab, more);
      await app().page.getByText(shown).first().waitFor();
      expect(await violations(app())).toEqual([]);
    });
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});

/** A digit of the data set as a PNG, black on white. */
async function penDrawn(data: string): Promise<Buffer> {
  const ink = Uint8Array.from(Buffer.from(data, 'base64'), (value) => 255 - value);
  return sharp(ink, { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toBuffer();
}
