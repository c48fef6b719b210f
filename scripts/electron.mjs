import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledNode, root, say } from './project.mjs';

/** Milliseconds Electron's binary may take to arrive before the browser is used instead. */
const patience = 20_000;
/** Milliseconds before a fetch that failed is tried again. */
const pause = 24 * 60 * 60 * 1000;
const folder = join(root, 'node_modules', 'electron');
const attempt = join(folder, '.fetch-failed');

/** Whether this process can show windows: a desktop session, not a remote shell or a server. */
export function hasDisplay() {
  if (process.platform === 'win32') return true;
  if (process.platform === 'darwin') return process.env.SSH_CONNECTION === undefined;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Electron's binary, or why there is none.
 * @returns {{ path: string } | { reason: string }}
 */
export function findElectron() {
  if (!hasDisplay()) return { reason: 'there is no display' };
  if (process.getuid?.() === 0) return { reason: "Chromium's sandbox does not run as root" };
  const record = join(folder, 'path.txt');
  if (!existsSync(record)) return { reason: "Electron's binary is not here" };
  const path = join(folder, 'dist', readFileSync(record, 'utf8').trim());
  return existsSync(path) ? { path } : { reason: "Electron's binary is not complete" };
}

/** Like `findElectron`, but where only the binary is missing, it is fetched if it arrives in time. */
export function fetchElectron() {
  const found = findElectron();
  const usable = hasDisplay() && process.getuid?.() !== 0;
  if ('path' in found || !usable || failedLately()) return found;
  say('Fetching Electron (20 s at most; the browser serves as well) ...');
  const result = spawnSync(bundledNode, [join(folder, 'install.js')], { timeout: patience, stdio: 'ignore' });
  if (result.status !== 0) writeFileSync(attempt, '');
  return findElectron();
}

const failedLately = () => existsSync(attempt) && Date.now() - statSync(attempt).mtimeMs < pause;
