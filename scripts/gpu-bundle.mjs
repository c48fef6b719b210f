/**
 * `npm run gpu-bundle [-- --out <file>] [--level <0..9>]`: one archive with which a Linux machine that has a GPU, its driver
 * and a Vulkan loader, but neither Node nor network, measures how fast that GPU trains:
 *
 *     tar xf convolab-gpu-linux-x64.tar && sh convolab-gpu/run.sh
 */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { enginePackages } from './engine-packages.mjs';
import { readOptions, refuse } from './options.mjs';
import { step } from './processes.mjs';
import { bundledNode, main, root, SetupError, say } from './project.mjs';
import { setUp } from './setup.mjs';

const largestBytes = 60e6;
const name = 'convolab-gpu';
const nodeModules = join(root, 'node_modules');

/** Parts of packages that no program on Linux x64 reads. */
const unneeded =
  /\.(d\.[cm]?ts|map|md|markdown|h|cpp|c|gyp)$|^(test|tests|deps|src|docs|example|examples|__tests__)$|(darwin|win32|linuxmusl|wasm32|linux-arm)/;

const usage = `npm run gpu-bundle -- [--out <file>] [--level <0..9>]

Packs one archive with which a Linux machine that has a GPU, but neither Node nor network, measures how fast it trains.

  --out <file>    Where to; release/${name}-linux-x64.tar unless said.
  --level <0..9>  How hard to compress; 9 unless said.`;

await main(async () => {
  const { values } = readOptions(usage, { options: { out: { type: 'string' }, level: { type: 'string' } } });
  const { level = '9' } = values;
  if (!/^[0-9]$/.test(level)) refuse(`--level is a digit from 0 to 9, not ${level}`);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError('The bundle is for Linux on x64, and is made from what is installed there.');
  }
  await setUp();
  const out = resolve(values.out ?? join(root, 'release', `${name}-linux-x64.tar`));
  const work = mkdtempSync(join(tmpdir(), 'convolab-bundle-'));
  try {
    pack(work, out, level);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const { size } = statSync(out);
  say(`${out}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > largestBytes && level === '9') throw new SetupError('The bundle is larger than 60 MB.');
});

/** What is packed is compressed part by part, so that the machine needs to read nothing but tar by itself. */
function pack(work, out, level) {
  const bundle = join(work, name);
  const app = join(work, 'app');
  mkdirSync(bundle);
  gather(app);
  say('Compressing ...');
  step('Packing', 'tar', ['-cf', join(bundle, 'app.tar'), '-C', work, 'app']);
  cpSync(bundledNode, join(bundle, 'node'), { dereference: true });
  step('Compressing', 'xz', [`-${level}`, '-T0', join(bundle, 'app.tar'), join(bundle, 'node')]);
  cpSync(join(root, 'scripts', 'gpu-bundle.sh'), join(bundle, 'run.sh'));
  cpSync(join(root, 'scripts', 'gpu-bundle.md'), join(bundle, 'README.md'));
  mkdirSync(dirname(out), { recursive: true });
  step('Packing', 'tar', ['-cf', `${out}.part`, '-C', work, name]);
  renameSync(`${out}.part`, out);
}

/** The core, its addon, and the packages that it imports, in the places where they are here. */
function gather(app) {
  for (const part of ['core', 'resources', 'package.json', join('build', 'Release', 'convolab.node')]) {
    cpSync(join(root, part), join(app, part), { recursive: true, filter: (path) => isNeeded(path, root) });
  }
  for (const each of enginePackages()) {
    const from = join(nodeModules, each);
    cpSync(from, join(app, 'node_modules', each), {
      recursive: true,
      dereference: true,
      filter: (path) => isNeeded(path, from),
    });
  }
}

function isNeeded(path, from) {
  return path === from || !unneeded.test(basename(path)) || path.startsWith(join(root, 'core'));
}
