import { existsSync } from 'node:fs';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium or Chrome of this machine, `CONVOLAB_CHROMIUM` before the usual places; undefined without one. */
export function findChromium() {
  return [process.env.CONVOLAB_CHROMIUM, ...usual].find((path) => path !== undefined && existsSync(path));
}
