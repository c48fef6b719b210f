import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type App, describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { dropOnWindow } from '../support/drop.ts';
import { otherDisk } from '../support/full-home.ts';
import { writeImageFolder } from '../support/image-folder.ts';
import { eightDigits } from '../support/mnist.ts';
import { temporaryFolder } from '../support/project.ts';
import { openPage } from '../support/window.ts';

const tab = ({ page }: App, name: string) => page.getByRole('tab', { name, exact: true }).click();

/** Answers the system's dialog that the click opens. */
async function choose({ page }: App, button: RegExp, paths: string | string[]): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: button }).click(),
  ]);
  await chooser.setFiles(paths);
}

describeInShells('the data page', (app) => {
  beforeAll(async () => {
    await openPage(app(), '/data');
    await app().page.getByRole('heading', { level: 1, name: 'MNIST' }).waitFor();
  });

  test('shows counts per class and what the pixels are like', async () => {
    const { page } = app();
    const ones = page.getByRole('table', { name: 'Images per class' }).getByRole('row', { name: /^1 / });
    await ones.waitFor();
    await expect.poll(() => ones.getByRole('cell').allTextContents()).toEqual(['6,742', '1,135']);
    await page.getByRole('img', { name: 'Mean image of all' }).waitFor();
    await page.getByRole('img', { name: /Histogram of channel Grey/ }).waitFor();
  });

  test('walks through every image by keyboard, and shows one as the model sees it', async () => {
    const { page } = app();
    await tab(app(), 'Images');
    const sheet = page.getByRole('listbox', { name: 'Images, train' });
    await page.getByText('60,000 images').waitFor();
    await sheet.focus();
    await page.keyboard.press('End');
    await sheet.getByRole('option', { name: 'Image 59,999, 8' }).waitFor();
    // What is chosen is named beneath, also where it had to be fetched first.
    await page.locator('footer').getByText('Image 59,999, 8').waitFor();
    await page.keyboard.press('ArrowLeft');
    await sheet.getByRole('option', { name: 'Image 59,998, 6' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /As the model sees it/ }).waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Image' }).inputValue()).toBe('59998');
    // LeNet-5 wants 32 x 32, standardized.
    await page.getByText('1 × 32 × 32, float32').waitFor();
  });

  test('shows one class alone', async () => {
    const { page } = app();
    await tab(app(), 'Images');
    await page.getByRole('combobox', { name: 'Class' }).click();
    await page.getByRole('option', { name: /^1/ }).click();
    await page.getByText('6,742 images').waitFor();
    await page.getByRole('listbox', { name: 'Images, train' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('footer').getByText('Image 6, 1').waitFor();
    // What was chosen among others is not what is there at its place now.
    await page.getByRole('combobox', { name: 'Set' }).click();
    await page.getByRole('option', { name: /^Test/ }).click();
    await page.getByText('1,135 images').waitFor();
    await page
      .locator('footer')
      .getByText(/Arrow keys walk/)
      .waitFor();
    // Image 59,998 was looked at; of test images there are fewer.
    await tab(app(), 'Model input');
    await page.getByText(/^of 10,000/).waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Image' }).inputValue()).toBe('0');
    await page.getByRole('combobox', { name: 'Set' }).click();
    await page.getByRole('option', { name: /^Training/ }).click();
  });

  test('rolls the dice of a random change again', async () => {
    const { page } = app();
    await tab(app(), 'Model input');
    await page.getByRole('combobox', { name: 'Preprocessing' }).click();
    await page.getByRole('option', { name: 'Shift' }).click();
    const picture = page.getByRole('img', { name: /As the model sees it/ });
    await page.getByRole('button', { name: 'Roll again' }).waitFor();
    const pixels = () =>
      picture.evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    const before = await pixels();
    await page.getByRole('button', { name: 'Roll again' }).click();
    await expect.poll(pixels).not.toBe(before);
  });

  test('finds no image twice', async () => {
    await tab(app(), 'Duplicates');
    await app().page.getByText('Every image is there only once.').waitFor();
  });

  test('takes a data set in from files, and says what is wrong with a damaged one', async () => {
    const { page, home } = app();
    await page.getByRole('button', { name: /^Fashion-MNIST/ }).click();
    await page.getByText(/Fetch these files elsewhere/).waitFor();
    const files = readdirSync(eightDigits).map((name) => join(eightDigits, name));
    await choose(app(), /Import files/, files);
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await expect
      .poll(async () => (await app().call('datasets.list', {}))[1])
      .toMatchObject({ name: 'fashion-mnist', status: 'ready' });

    // Eight images cannot be of all ten kinds.
    await tab(app(), 'Images');
    await page.getByRole('combobox', { name: 'Class' }).click();
    await page.getByRole('option', { name: /^Bag/ }).click();
    await page.getByText('No image of this class is in this set.').waitFor();

    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText(/Fashion-MNIST is sound, but is not what was published/).waitFor();

    writeFileSync(join(home, 'datasets', 'fashion-mnist', 'train-labels-idx1-ubyte'), 'no labels');
    await page.reload();
    await page
      .getByRole('rowheader', { name: 'datasets/fashion-mnist/train-labels-idx1-ubyte' })
      .first()
      .waitFor();
    await page.getByText('It cannot be trained on until these are put right.').waitFor();
  });

  test('the form offers to fetch a data set that is not here', async () => {
    const { page } = app();
    await openPage(app(), '/new?data=cifar-100');
    await page
      .getByRole('region', { name: 'CIFAR-100' })
      .getByRole('button', { name: /^Download 1\d\d MB/ })
      .waitFor();
  });

  test('trains on a folder of one’s own in three clicks', async () => {
    const { page } = app();
    using folder = temporaryFolder();
    const path = await writeImageFolder(join(folder.path, 'colours'), 10);
    await openPage(app(), '/data');
    await page.getByRole('button', { name: /Open my own/ }).click();
    await choose(app(), /Choose a folder/, path);
    await page.getByText('2: blue, red').waitFor();
    await page.getByText('train 16, test 4').waitFor();
    await page.getByRole('button', { name: 'Train on it' }).click();
    await page.getByRole('button', { name: 'Start 1 run' }).click();
    await page.getByRole('tree', { name: 'Runs' }).getByText('colours, first try').first().waitFor();
    const [run] = await app().call('runs.list', {});
    await expect
      .poll(async () => (await app().call('runs.get', { run: run?.id ?? '' })).environment)
      .toMatchObject({
        dataset: 'colours',
        datasetVersion: expect.stringContaining('own copy'),
        datasetHash: expect.any(String),
      });
    await expect.poll(async () => (await app().call('runs.list', {}))[0]?.status).toBe('finished');
  });

  test('trains on a folder that was dropped on the window, in two clicks more', async () => {
    const { page } = app();
    using folder = temporaryFolder();
    const path = await writeImageFolder(join(folder.path, 'dropped'), 10);
    await openPage(app(), '/experiments');
    await dropOnWindow(page, [path]);
    const question = page.getByRole('dialog', { name: 'My own data' });
    await question.getByText('2: blue, red').waitFor();
    await question.getByText('train 16, test 4').waitFor();
    await question.getByRole('button', { name: 'Train on it' }).click();
    await page.getByRole('button', { name: 'Start 1 run' }).click();
    await page.getByRole('tree', { name: 'Runs' }).getByText('dropped, first try').first().waitFor();
    await expect.poll(async () => (await app().call('runs.list', {})).at(-1)?.status).toBe('finished');
  });

  test('says of what else is dropped why it is of no use, and what would be', async () => {
    const { page } = app();
    using folder = temporaryFolder();
    const [empty, archive, damaged] = ['empty', 'photos.zip', 'broken.npz'].map((name) =>
      join(folder.path, name),
    );
    mkdirSync(join(empty as string, 'sub', 'folder'), { recursive: true });
    writeFileSync(archive as string, 'PK');
    writeFileSync(damaged as string, 'PK and no more');
    const question = page.getByRole('dialog', { name: 'My own data' });
    for (const [path, message, hint] of [
      [empty, 'empty holds no JPEG, PNG, WebP or TIFF images.', /one folder of images for each class/],
      [archive, 'photos.zip is no data that Convolab reads.', /Unpack it and give the folder/],
      [damaged, /broken\.npz/, /./],
    ] as const) {
      await dropOnWindow(page, [path as string]);
      await question.getByText(message).first().waitFor();
      await question.getByText(hint).first().waitFor();
      await question.getByRole('button', { name: 'Cancel' }).click();
    }
  });

  test('reads a table of pixels that was dropped', async () => {
    const { page } = app();
    using folder = temporaryFolder();
    const path = join(folder.path, 'stripes.csv');
    const row = (at: number) => [
      at % 2,
      ...Array.from({ length: 64 }, (_, i) => (i % 8 === at % 2 ? 255 : 0)),
    ];
    writeFileSync(path, Array.from({ length: 20 }, (_, at) => row(at).join(',')).join('\n'));
    await dropOnWindow(page, [path]);
    await page.getByText('1 × 8 × 8').waitFor();
    await page.getByRole('button', { name: 'Look at it first' }).click();
    await page.getByRole('heading', { level: 1, name: 'stripes' }).waitFor();
    await page.getByRole('button', { name: 'Take off this list' }).click();
    await page.getByText('“stripes” is off the list').waitFor();
    await page.getByRole('heading', { level: 1, name: 'MNIST' }).waitFor();
    const kept = async () => JSON.stringify((await app().call('settings.get', {})).ownData);
    await expect.poll(kept).not.toContain('stripes');
  });

  test('lists which of one’s own images are damaged, and what is wrong with each', async () => {
    const { page } = app();
    using folder = temporaryFolder();
    const spoilt = await writeImageFolder(join(folder.path, 'spoilt'), 5);
    writeFileSync(join(spoilt, 'red', 'broken.png'), 'no picture');
    await dropOnWindow(page, [spoilt]);
    await page.getByRole('button', { name: 'Look at it first' }).click();
    await page.getByRole('heading', { level: 1, name: 'spoilt' }).waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    const list = page.getByRole('region', { name: 'Damaged' });
    await list.getByRole('rowheader', { name: 'red/broken.png' }).waitFor();
    await list.getByText('is no image; readable are JPEG, PNG, WebP and TIFF.').waitFor();
    await list.getByRole('button', { name: 'Dismiss' }).click();
    await list.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Take off this list' }).click();
    await page.getByText('“spoilt” is off the list').waitFor();
  });

  test('takes in a folder that is dropped on the data set it is of', async () => {
    const { page, home } = app();
    using folder = temporaryFolder();
    await openPage(app(), '/data/fashion-mnist');
    // It was damaged, and is put right by what is dropped.
    await page.getByText('It cannot be trained on until these are put right.').waitFor();
    cpSync(eightDigits, join(folder.path, 'fetched', 'elsewhere'), { recursive: true });
    const panel = page.getByRole('group', { name: 'Fashion-MNIST' });
    await panel.getByText(/Fetch these files elsewhere/).waitFor();
    const fetched = [join(folder.path, 'fetched')];
    const hint = (words: RegExp) => () => page.getByText(words).waitFor();
    // Anywhere on its page, on what is wrong with it as well.
    const faults = panel.getByRole('columnheader', { name: 'What is wrong' });
    await dropOnWindow(page, fetched, faults, [
      {
        over: page.getByRole('navigation', { name: 'Activities' }),
        look: hint(/^Drop a folder of class folders/),
      },
      { over: faults, look: hint(/^Drop the files of Fashion-MNIST/) },
    ]);
    await page.getByText(/^Drop /).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await expect
      .poll(async () => (await app().call('datasets.list', {}))[1])
      .toMatchObject({ status: 'ready' });
    // What the pages below are looked at with is damaged.
    writeFileSync(join(home, 'datasets', 'fashion-mnist', 'train-labels-idx1-ubyte'), 'no labels');
    await page.reload();
  });

  test('says what derived sets take on disk, and removes those that no run needs', async () => {
    const { page } = app();
    // The run on the folder of one's own has made one.
    await openPage(app(), '/settings');
    const row = page.getByRole('row', { name: /^colours/ });
    await row.getByText(/resize, height \d+, width \d+/).waitFor();
    await page.getByRole('button', { name: /^Remove what no run needs \(\d/ }).click();
    await page.getByText(/^Removed \w+ derived sets?, \d/).waitFor();
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => app().call('datasets.derived', {})).toEqual([]);
  });

  test('moves the data folder, with everything in it', async () => {
    const { page, home } = app();
    await openPage(app(), '/settings');
    await page.getByRole('button', { name: 'Move…' }).click();
    const field = page.getByLabel('New folder');
    await field.fill(home);
    await page.getByText(/lie in each other/).waitFor();
    await field.fill(`${home}-moved`);
    await page.getByRole('button', { name: 'Move here' }).click();
    await page.getByText(`The data folder is now ${home}-moved.`).waitFor();
    expect((await app().call('app.info', {})).home).toBe(`${home}-moved`);
    expect(readdirSync(home)).toEqual(['moved.json']);
    await page.getByRole('tree', { name: 'Runs' }).getByText('colours, first try').first().waitFor();
    await app().call('home.move', { folder: home });
    expect(readdirSync(home)).toContain('convolab.sqlite');
  });

  test('leaves the data folder where it is when its move is cancelled', async () => {
    const { page, home } = app();
    const disk = otherDisk();
    const ballast = join(home, 'ballast');
    // It holds nothing, but takes long to copy.
    writeFileSync(ballast, '');
    truncateSync(ballast, 2 * 2 ** 30);
    try {
      await openPage(app(), '/settings');
      await page.getByRole('button', { name: 'Move…' }).click();
      await page.getByLabel('New folder').fill(join(disk.path, 'new'));
      await page.getByRole('button', { name: 'Move here' }).click();
      await page.getByText(/^Moving the data folder: [1-9]\d* MB of 2\.\d GB/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('The move was given up; the data folder is where it was.').waitFor();
      expect((await app().call('app.info', {})).home).toBe(home);
      expect(existsSync(join(disk.path, 'new')) ? readdirSync(join(disk.path, 'new')) : []).toEqual([]);
    } finally {
      rmSync(ballast);
      disk.remove();
    }
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(() => useTheme(app(), theme));

    test.each([
      ['/data/mnist?tab=overview', /Histogram/],
      ['/data/mnist?tab=images', /Arrow keys walk/],
      ['/data/mnist?tab=model', /Point at a pixel/],
      ['/data/mnist?tab=duplicates', /only once/],
      ['/data/stl-10', /Fetch these files elsewhere/],
      ['/data/fashion-mnist', /What is wrong/],
      ['/new?data=mnist', /Augmentation/],
    ])('%s has no violation', async (path, shown) => {
      await openPage(app(), path);
      await app().page.getByText(shown).first().waitFor();
      expect(await violations(app())).toEqual([]);
    });

    test('the question for one’s own data has none', async () => {
      await openPage(app(), '/data');
      await app()
        .page.getByRole('button', { name: /Open my own/ })
        .click();
      await app().page.getByRole('dialog').waitFor();
      expect(await violations(app())).toEqual([]);
      await app().page.keyboard.press('Escape');
    });
  });

  test('complained about nothing', () => {
    expect(app().errors).toEqual([]);
  });
});
