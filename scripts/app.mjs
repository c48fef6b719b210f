import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './processes.mjs';
import { bundledNode, root, say } from './project.mjs';

/** Everything the window and Electron's bundles are built from. */
const inputs = [
  'core/contract',
  'core/host/policy.ts',
  'electron',
  'renderer',
  'electron.vite.config.ts',
  'renderer.config.ts',
  'package-lock.json',
];
const stamp = join(root, 'out', '.inputs');
const outputs = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** Builds the window and Electron's bundles when what they are made of has changed. */
export function ensureApp() {
  if (!appIsCurrent()) buildApp();
}

/** By content: neither a checkout's dates nor a file that went away mislead it. */
export function appIsCurrent() {
  const complete = [stamp, ...outputs.map((path) => join(root, path))].every((path) => existsSync(path));
  return complete && readFileSync(stamp, 'utf8') === hashInputs();
}

export function buildApp() {
  say('Building the window ...');
  const hash = hashInputs();
  const cli = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  step('Building the window', bundledNode, [cli, 'build']);
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stamp, hash);
}

function hashInputs() {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** A file itself, or every file below a folder, in order of name. */
function filesOf(path) {
  if (!existsSync(join(root, path))) return [];
  if (statSync(join(root, path)).isFile()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(`${path}/${name}`));
}
