import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { readOptions } from '../../../scripts/options.mjs';
import { launchBrowser } from '../browser.ts';
import { startHostProcess } from '../host.ts';
import { temporaryFolder } from '../project.ts';
import { type Look, type Scene, scenes } from './scenes.ts';

const usage = `npm run screenshots -- [--out <folder>] [--only <part>]

Pictures of every page of the window, light and dark, at two sizes, over stores of 0, 1, 6 and 1,000 runs.

  --out <folder>  Where to write <runs>-<page>-<theme>-<width>.png; screenshots unless said.
  --only <part>   Those alone whose file has this in its name.`;
const { values } = readOptions(usage, { options: { out: { type: 'string' }, only: { type: 'string' } } });
const out = resolve(values.out ?? 'screenshots');
const only = values.only ?? '';

const themes = ['light', 'dark'] as const;
const sizes = [
  { width: 1440, height: 900 },
  { width: 1100, height: 700 },
];

/** Milliseconds for what is drawn on canvases after the page has come to rest. */
const settling = 400;

async function takeScene(browser: Browser, scene: Scene): Promise<void> {
  using home = temporaryFolder();
  const pages = Object.entries(scene.pages(await scene.fill(home.path)));
  const host = await startHostProcess(home.path);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(host.url);
  await page.getByRole('navigation', { name: 'Activities' }).waitFor();
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const [name, look] of pages) {
        const file = `${scene.name}-${name}-${colorScheme}-${size.width}.png`;
        if (file.includes(only))
          await take(page, typeof look === 'string' ? { path: look } : look, join(out, file));
      }
    }
  }
  await context.close();
  await host.interrupt();
}

async function take(page: Page, { path, to, dragging }: Look, file: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(settling);
  // A page that is kept open is where it was left.
  await page.getByRole('main').evaluate((it) => it.scrollTo(0, 0));
  if (to !== undefined) {
    const part = page.getByRole('heading', { name: to, exact: true });
    await part.evaluate((it) => it.scrollIntoView({ block: 'start' }));
  }
  if (dragging) await drag(page, 'dragenter');
  await page.waitForTimeout(settling);
  await page.screenshot({ path: file });
  if (dragging) await drag(page, 'dragleave');
  console.log(file);
}

/** Files come over the window, or leave it again. */
function drag(page: Page, event: 'dragenter' | 'dragleave'): Promise<void> {
  return page.evaluate((type) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], 'digits.zip'));
    document.body.dispatchEvent(new DragEvent(type, { bubbles: true, dataTransfer }));
  }, event);
}

mkdirSync(out, { recursive: true });
const browser = await launchBrowser();
try {
  for (const scene of scenes) {
    if (only === '' || !/^\d+-/.test(only) || only.startsWith(`${scene.name}-`))
      await takeScene(browser, scene);
  }
} finally {
  await browser.close();
}
