import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

/** The Chromium or Chrome of this machine; set `CONVOLAB_CHROMIUM` for one elsewhere. */
export function chromiumPath(): string {
  const path = findChromium();
  if (path === undefined)
    throw new Error('No Chromium here: install it, or set CONVOLAB_CHROMIUM to its path.');
  return path;
}

/** Starts a browser without a window that asks nothing of any network but this machine. */
export function launchBrowser(): Promise<Browser> {
  const root = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      ...(root ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-dev-shm-usage',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** Milliseconds that a page is waited for: more than it ever takes on a busy machine. */
const patience = 120_000;

/** Has every wait on the pages of a context last long enough for a machine that does much else. */
export function bePatient(context: BrowserContext): void {
  context.setDefaultTimeout(patience);
}

/** A page in a context of its own. */
export async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  bePatient(page.context());
  return page;
}
