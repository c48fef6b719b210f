import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './processes.mjs';
import { bundledNode, codeCache, root } from './project.mjs';

const sources = join(root, 'core');
const stamp = join(codeCache, 'stamp');

/**
 * Fills Node's cache of compiled code with what a worker process is made of. Stripping types needs a compiler in
 * memory, about 30 MB; with the cache filled no run ever pays for it, the first one included.
 */
export function ensureCompiled() {
  if (existsSync(stamp) && newestChange() <= statSync(stamp).mtimeMs) return;
  const started = new Date();
  // Without an engine on a channel the worker is loaded, finds nothing to do, and ends.
  step('Compiling the worker', bundledNode, [join(sources, 'pool', 'worker.ts')], {
    env: { ...process.env, NODE_COMPILE_CACHE: codeCache },
  });
  mkdirSync(codeCache, { recursive: true });
  writeFileSync(stamp, '');
  // What was edited meanwhile counts as newer than it.
  utimesSync(stamp, started, started);
}

function newestChange() {
  const entries = readdirSync(sources, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.reduce(
    (newest, file) => Math.max(newest, statSync(join(file.parentPath, file.name)).mtimeMs),
    0,
  );
}
