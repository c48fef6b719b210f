import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../../core/export/safetensors.ts';
import { resolveModel } from '../../core/models/index.ts';
import { formatFraction, formatPlain } from '../../renderer/charts/format.ts';
import { describeInShells } from '../support/app.ts';
import { cli } from '../support/cli.ts';
import { hoverUntil } from '../support/pointer.ts';
import { installBars, tinyExperiment } from '../support/training.ts';
import { openPage, trainedRun } from '../support/window.ts';

const epochs = 3;
const model = { preset: 'lenet-5', options: { activation: 'relu' } };
/** Of the test set; not the one that is shown unasked. */
const image = 7;
const digits = Array.from({ length: 10 }, (_, digit) => digit);

interface Predicted {
  readonly index: number;
  readonly truth: number;
  readonly prediction: number;
  readonly probability: number;
}

describeInShells('the numbers of a run in the window are those of the command line:', (app) => {
  let run = '';
  /** What `evaluate` predicts of every test image with the last epoch's weights. */
  let predicted: Predicted[] = [];
  /** What `runs export` writes, and what `probe` says of it and the image. */
  let tensors: ReadonlyMap<string, SafeTensor> = new Map();
  const number = (name: string, at: number) => formatPlain(Number(tensors.get(name)?.data[at]));
  const picture = (name: string | RegExp) => app().page.getByRole('img', { name });
  const open = (tab: string) => openPage(app(), `/run/${run}?tab=${tab}&image=${image}`);
  const count = (truth: number | null, prediction: number | null) =>
    predicted.filter(
      (each) => (truth ?? each.truth) === each.truth && (prediction ?? each.prediction) === each.prediction,
    ).length;

  /** What is written in the matrix, by cell. */
  const cells = async () =>
    Object.fromEntries(
      await app()
        .page.locator('[data-cell]')
        .evaluateAll((all) =>
          all.map((cell) => [(cell as HTMLElement).dataset.cell ?? '', cell.textContent.trim()]),
        ),
    );
  const matrixOf = (write: (truth: number, prediction: number) => string) =>
    Object.fromEntries(
      digits.flatMap((truth) =>
        digits.map((prediction) => [`${truth},${prediction}`, write(truth, prediction)]),
      ),
    );

  /** Points at a value of a sheet of pictures, each this high and wide, counted along the rows, until that is read off. */
  async function pointAt(
    name: string | RegExp,
    [height, width]: readonly [number, number],
    at: { tile: number; row?: number; column?: number },
    read: Locator,
  ): Promise<void> {
    const sheet = picture(name);
    await sheet.waitFor();
    const values = await sheet.evaluate((canvas) => (canvas as HTMLCanvasElement).width);
    const box = await sheet.boundingBox();
    const scale = (box?.width ?? 0) / values;
    const across = Math.round((values + 1) / (width + 1));
    const x = (at.tile % across) * (width + 1) + (at.column ?? 0) + 0.5;
    const y = Math.floor(at.tile / across) * (height + 1) + (at.row ?? 0) + 0.5;
    await hoverUntil(sheet, { x: x * scale, y: y * scale }, read);
  }

  beforeAll(async () => {
    const { home } = app();
    installBars(home, { train: 600, test: 300 });
    cpSync(join(home, 'datasets', 'mnist'), join(home, 'datasets', 'fashion-mnist'), { recursive: true });
    await done(home, ['datasets', 'import', 'digits', await writeDigits(home)]);
    await openPage(app(), '/experiments');
    const train = { epochs, batchSize: 64, optimizer: { type: 'sgd', lr: 0.002 } };
    run = await trainedRun(
      app(),
      tinyExperiment({ name: 'numbers', dataset: { validation: 120 }, model, train }),
    );
    predicted = await evaluated(home, run);
    tensors = await probed(home, run);
  });

  describe('`evaluate`', () => {
    test('counts every cell of the matrix, and gives the figures of every class', async () => {
      const { page } = app();
      await open('confusion');
      await page.getByText(`After epoch ${epochs}, ${predicted.filter(isRight).length} of 300`).waitFor();
      await expect
        .poll(cells)
        .toEqual(matrixOf((truth, prediction) => String(count(truth, prediction) || '')));
      const rows = page.locator('.scores tbody tr');
      for (const digit of digits) {
        const [right, all, taken] = [count(digit, digit), count(digit, null), count(null, digit)];
        const figures = async () => {
          const [n, recall, ...others] = await rows.nth(digit).getByRole('cell').allTextContents();
          return [n, recall, ...others.slice(-2)];
        };
        const wanted = [String(all), share(right, all), share(right, taken), share(2 * right, all + taken)];
        await expect.poll(figures, { message: String(digit) }).toEqual(wanted);
      }
    });

    test('has the cells as shares of their rows', async () => {
      const { page } = app();
      await open('confusion');
      await page.getByRole('combobox', { name: 'Show', exact: true }).click();
      await page.getByRole('option', { name: 'Row percentages' }).click();
      const shareOf = (truth: number, prediction: number) => {
        const part = count(truth, prediction);
        return part === 0 ? '' : share(part, count(truth, null));
      };
      await expect.poll(cells).toEqual(matrixOf(shareOf));
      await page.getByRole('combobox', { name: 'Show', exact: true }).click();
      await page.getByRole('option', { name: 'Counts' }).click();
    });

    test('makes the same mistakes, the surest first, and the pairs most often confused', async () => {
      const { page } = app();
      await open('confusion');
      const mistakes = predicted.filter((each) => !isRight(each));
      const behind = page.getByRole('region', { name: 'Images behind the matrix' });
      await behind.getByText(`Worst mistakes: ${mistakes.length} in all`).waitFor();
      const shown = () =>
        behind.getByRole('option').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
      const surest = mistakes.sort((a, b) => b.probability - a.probability).slice(0, 60);
      await expect
        .poll(shown)
        .toEqual(
          surest.map(
            ({ index, truth, prediction, probability }) =>
              `Image ${index}: ${truth}, taken for ${prediction} with ${(100 * probability).toFixed(2)}%`,
          ),
        );
      const pairs = digits
        .flatMap((truth) => digits.map((other) => ({ truth, other, times: count(truth, other) })))
        .filter(({ truth, other, times }) => truth !== other && times > 0)
        .sort((a, b) => b.times - a.times)
        .slice(0, 8);
      await expect
        .poll(() => page.locator('.worst li').allTextContents())
        .toEqual(pairs.map(({ truth, other, times }) => `${truth} taken for ${other}${times}`));
    });
  });

  describe('`evaluate --dataset`', () => {
    test.each(['its own test set (mnist)', 'test set of fashion-mnist', 'all images of digits'])(
      'predicts the same of %s, number by number, in the CSV of either',
      async (chosen) => {
        const { page, home } = app();
        const data = chosen.includes('own') ? [] : ['--dataset', chosen.split(' ').at(-1) as string];
        const out = join(home, 'other.csv');
        const words = ['evaluate', run, '--checkpoint', 'last', '--predictions', out, ...data, '--json'];
        const { code, stderr, objects } = await cli(home, words);
        expect([code, stderr]).toEqual([0, '']);
        await open('judge');
        await page.getByRole('combobox', { name: 'Data' }).click();
        await page.getByRole('option', { name: chosen }).click();
        await page.getByRole('button', { name: 'Judge' }).click();
        const save = page.getByRole('button', { name: 'Predictions as CSV' });
        const [file] = await Promise.all([page.waitForEvent('download'), save.click()]);
        expect(readFileSync(await file.path(), 'utf8')).toBe(readFileSync(out, 'utf8'));
        const [judged] = objects() as [{ accuracy: number; correct: number; count: number; loss: number }];
        await page.getByText(`${judged.correct} of ${judged.count} right`).waitFor();
        for (const figure of [formatFraction(judged.accuracy), formatPlain(judged.loss)])
          await page.getByText(figure, { exact: true }).first().waitFor();
      },
    );
  });

  describe('`runs export`', () => {
    test.each([
      { layer: 'C1', maps: 1, side: 5, filter: 4, map: 0, row: 1, column: 3 },
      { layer: 'C3', maps: 6, side: 5, filter: 9, map: 3, row: 4, column: 2 },
      // Dense, and yet a picture: what each unit weighs in every place of the maps that it looks at.
      { layer: 'C5', maps: 16, side: 5, filter: 11, map: 13, row: 2, column: 4 },
    ])('has the kernels of $layer', async ({ layer, maps, side, filter, map, row, column }) => {
      const { page } = app();
      await open('kernels');
      const section = page.getByRole('region', { name: `Kernels of layer ${layer}` });
      // One picture per filter, or filters across and input maps down.
      const filters = Math.min(64, tensors.get(`${layer}.weight`)?.shape[0] ?? 0);
      const tile = maps === 1 ? filter : map * filters + filter;
      const value = number(`${layer}.weight`, ((filter * maps + map) * side + row) * side + column);
      const words = `filter ${filter}, input map ${map}, row ${row}, column ${column}: ${value}`;
      const read = section.getByText(words, { exact: true });
      await pointAt(new RegExp(`^Kernels of layer ${layer}\\. `), [side, side], { tile, row, column }, read);
    });

    test('has the weights of a dense layer behind another, unit by unit', async () => {
      const { page } = app();
      await open('kernels');
      const words = `unit 30, input 71: ${number('F6.weight', 30 * 120 + 71)}`;
      const at = { tile: 0, row: 30, column: 71 };
      await pointAt(/^Kernels of layer F6\. /, [84, 120], at, page.getByText(words, { exact: true }));
    });
  });

  describe('`probe`', () => {
    test.each([
      { layer: 'C1', side: 28, map: 2, row: 11, column: 6, sees: 'rows 11–15, columns 6–10' },
      { layer: 'S2', side: 14, map: 5, row: 3, column: 9, sees: 'rows 6–11, columns 18–23' },
      { layer: 'C3', side: 10, map: 14, row: 9, column: 1, sees: 'rows 18–31, columns 2–15' },
      { layer: 'S4', side: 5, map: 7, row: 1, column: 4, sees: 'rows 4–19, columns 16–31' },
    ])('has what a pixel of a map of $layer comes to', async ({ layer, side, map, row, column, sees }) => {
      const { page } = app();
      const value = number(`${layer}.out`, (map * side + row) * side + column);
      await open('maps');
      const words = `map ${map}, row ${row}, column ${column}: ${value}`;
      const at = { tile: map, row, column };
      const read = page.getByText(`${layer}, ${words} · sees ${sees} of the input`);
      await pointAt(`Maps of ${layer}`, [side, side], at, read);
      // Framed there.
      const [top = 0, bottom = 0, left = 0, right = 0] = (sees.match(/\d+/g) ?? []).map(Number);
      const framed = async () => {
        const [frame, whole] = await Promise.all(
          [page.locator('.layer .frame'), picture('Maps of input')].map((of) => of.boundingBox()),
        );
        const pixel = (whole?.width ?? 0) / 32;
        const wanted = [
          (whole?.x ?? 0) + left * pixel,
          (whole?.y ?? 0) + top * pixel,
          (right - left + 1) * pixel,
          (bottom - top + 1) * pixel,
        ];
        return [frame?.x, frame?.y, frame?.width, frame?.height].map(
          (edge, i) => Math.round(edge ?? -1) - Math.round(wanted[i] as number),
        );
      };
      await expect.poll(framed).toEqual([0, 0, 0, 0]);
      await openPage(app(), `/run/${run}?tab=network&image=${image}&layer=${layer}`);
      await pointAt(`Maps of ${layer}`, [side, side], at, page.getByText(words, { exact: true }));
    });

    test('has the outputs, which the probabilities are made of', async () => {
      const { page } = app();
      await openPage(app(), `/run/${run}?tab=network&image=${image}&layer=OUT`);
      const logits = [...(tensors.get('OUT.out')?.data ?? [])];
      for (const unit of [0, 4, 9]) {
        const words = `unit ${unit}: ${number('OUT.out', unit)}`;
        await pointAt('Units of OUT', [1, 1], { tile: unit }, page.getByText(words, { exact: true }));
      }
      const terms = logits.map(Math.exp);
      const whole = terms.reduce((sum, term) => sum + term, 0);
      await open('maps');
      await expect
        .poll(() => page.locator('.outputs .value').allTextContents())
        .toEqual(terms.map((term) => (term / whole).toFixed(4)));
      const [power, sum] = [terms[4], whole].map((value) => formatPlain(value ?? Number.NaN));
      const words = `4: e^${number('OUT.out', 4)} / Σ e^z = ${power} / ${sum}`;
      await hoverUntil(page.locator('.outputs li').nth(4), { x: 5, y: 5 }, page.getByText(words));
    });

    test('has the gradient that reaches a unit: that of its bias, where the ReLU is on', async () => {
      const { page } = app();
      for (const layer of ['C5', 'F6', 'OUT']) {
        await openPage(app(), `/run/${run}?tab=network&image=${image}&layer=${layer}&pass=backward`);
        const outputs = [...(tensors.get(`${layer}.out`)?.data ?? [])];
        const on = outputs.flatMap((output, unit) => (output > 0 || layer === 'OUT' ? [unit] : []));
        expect(on.length).toBeGreaterThan(2);
        for (const unit of [on[0], on.at(-1)] as number[]) {
          const words = `unit ${unit}: ${number(`${layer}.bias.grad`, unit)}`;
          const read = page.getByText(words, { exact: true });
          await pointAt(`Gradients of ${layer}`, [1, 1], { tile: unit }, read);
        }
      }
    });

    test('has the gradient that reaches a pixel: what the units after it send back along their weights', async () => {
      const { page } = app();
      await openPage(app(), `/run/${run}?tab=network&image=${image}&layer=S4&pass=backward`);
      const sent = [...(tensors.get('C5.bias.grad')?.data ?? [])];
      const weights = tensors.get('C5.weight')?.data ?? [];
      for (const { map, row, column } of [
        { map: 1, row: 0, column: 2 },
        { map: 12, row: 3, column: 1 },
      ]) {
        const input = (map * 5 + row) * 5 + column;
        const expected = sent.reduce((sum, d, unit) => sum + d * Number(weights[unit * 400 + input]), 0);
        const reading = page.locator('.reading', {
          hasText: `map ${map}, row ${row}, column ${column}: `,
        });
        await pointAt('Gradients of S4', [5, 5], { tile: map, row, column }, reading);
        const shown = Number(/: (\S+)$/.exec((await reading.textContent()) ?? '')?.[1]?.replace('−', '-'));
        // Summed in another order: the last of the digits shown may be one off.
        expect(Math.abs(shown - expected)).toBeLessThan(1e-3 * Math.abs(expected));
      }
    });
  });

  test('the window complained of nothing', () => {
    expect(app().errors).toEqual([]);
  });
});

const isRight = ({ truth, prediction }: Predicted) => truth === prediction;

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}%`;
}

async function done(home: string, words: readonly string[]): Promise<void> {
  const { code, stderr } = await cli(home, words);
  expect([code, stderr], words.join(' ')).toEqual([0, '']);
}

/** Some of the test images as files, one folder for each class, higher than wide. */
async function writeDigits(home: string): Promise<string> {
  const folder = join(home, 'pictures');
  for (let index = 0; index < 40; index++) {
    const place = join(folder, String(index % 10));
    mkdirSync(place, { recursive: true });
    const raw = { width: 28, height: 28, channels: 1 } as const;
    await sharp(testImages(home).subarray(784 * index, 784 * (index + 1)), { raw })
      .resize(40 + index, 90, { fit: 'fill' })
      .toFile(join(place, `${index}.png`));
  }
  return folder;
}

/** Bytes, [images, 28, 28]. */
function testImages(home: string): Buffer {
  return readFileSync(join(home, 'datasets', 'mnist', 't10k-images-idx3-ubyte')).subarray(16);
}

async function evaluated(home: string, run: string): Promise<Predicted[]> {
  const out = join(home, 'predictions.csv');
  await done(home, ['evaluate', run, '--checkpoint', 'last', '--predictions', out]);
  const rows = readFileSync(out, 'utf8').trim().split('\n').slice(1);
  return rows.map((row) => {
    const [index, truth, , prediction, , probability] = row.split(',').map(Number);
    return { index, truth, prediction, probability } as Predicted;
  });
}

/** The image as its file has it, normalised by what the exported weights say: as anybody outside would. */
async function probed(home: string, run: string): Promise<Map<string, SafeTensor>> {
  const file = (name: string) => join(home, name);
  const [spec, weights, batch, out] = ['model.json', 'w.safetensors', 'b.safetensors', 'o.safetensors'].map(
    file,
  ) as [string, string, string, string];
  writeFileSync(spec, JSON.stringify(await resolveModel(model)));
  await done(home, [
    'runs',
    'export',
    run,
    '--format',
    'safetensors',
    '--checkpoint',
    'last',
    '--out',
    weights,
  ]);
  const exported = await readSafetensors(weights);
  const [mean = 0, std = 1] = [exported.metadata.mean, exported.metadata.std].map(
    (text) => (JSON.parse(text ?? '[]') as number[])[0],
  );
  const bytes = testImages(home);
  const labels = readFileSync(join(home, 'datasets', 'mnist', 't10k-labels-idx1-ubyte')).subarray(8);
  const x = Float32Array.from({ length: 32 * 32 }, (_, at) => {
    const [row, column] = [Math.floor(at / 32) - 2, (at % 32) - 2];
    const inside = row >= 0 && row < 28 && column >= 0 && column < 28;
    return (Number(inside && bytes[(image * 28 + row) * 28 + column]) / 255 - mean) / std;
  });
  const y = Int32Array.of(Number(labels[image]));
  await writeSafetensors(
    batch,
    new Map<string, SafeTensor>([
      ['x', { shape: [1, 1, 32, 32], data: x }],
      ['y', { shape: [1], data: y }],
    ]),
  );
  const words = ['probe', '--model', spec, '--weights', weights, '--batch', batch, '--out', out];
  await done(home, [...words, '--backend', 'cpu']);
  return new Map([...exported.tensors, ...(await readSafetensors(out)).tensors]);
}
