import { ensureApp } from './app.mjs';
import { ensureCompiled } from './compiled.mjs';
import { ensurePackages } from './packages.mjs';

/**
 * Installs what is missing and builds what is out of date; a few milliseconds when there is nothing to do.
 * @param {{ app?: boolean }} [options] app: the window and Electron's bundles too
 */
export async function setUp({ app = false } = {}) {
  ensurePackages();
  const { ensureNative } = await import('./native.mjs');
  await ensureNative();
  ensureCompiled();
  if (app) ensureApp();
}
