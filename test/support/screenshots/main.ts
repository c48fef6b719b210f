import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../browser.ts';
import { startHostProcess } from '../host.ts';
import { temporaryFolder } from '../project.ts';
import { type Scene, scenes } from './scenes.ts';

/** `main.ts --out folder [--only word]`: writes `<runs>-<page>-<theme>-<width>.png`; `--only` picks files by a part of that. */
const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
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
      for (const [name, path] of pages) {
        const file = `${scene.name}-${name}-${colorScheme}-${size.width}.png`;
        if (file.includes(only)) await take(page, path, join(out, file));
      }
    }
  }
  await context.close();
  await host.interrupt();
}

async function take(page: Page, path: string, file: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(settling);
  await page.screenshot({ path: file });
  console.log(file);
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
