import { type Browser, chromium } from 'playwright-core';
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
