import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './processes.mjs';
import { bundledNode, root, SetupError, say, systemNode } from './project.mjs';

/** Installs the packages when they are not those of package-lock.json, and the Node they come with. */
export function ensurePackages() {
  if (!packagesAreCurrent()) installPackages();
  ensureNode();
}

/**
 * Compares npm's record of what it installed with the lock file: by content, so neither the dates of a checkout nor a
 * `npm install` by hand mislead it.
 */
export function packagesAreCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed[path];
    if (present === undefined) return entry.optional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function readPackages(file) {
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** Without the packages' own install scripts: we need one of them, run below, and none of the others. */
function installPackages() {
  say('Installing packages ...');
  npm('Installing packages', [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}

/** The package `node` holds no binary; its own script fetches the one for this system. */
export function ensureNode() {
  const folder = join(root, 'node_modules', 'node');
  if (!existsSync(bundledNode)) {
    say('Fetching Node 24 ...');
    step('Fetching Node 24', systemNode(), ['installArchSpecificPackage.js'], { cwd: folder });
    if (!existsSync(bundledNode))
      throw new SetupError('Fetching Node 24 left no binary; is this system supported?');
  }
  linkNode();
}

/** npm makes no link to a binary that is not there yet. */
function linkNode() {
  const bin = join(root, 'node_modules', '.bin');
  if (process.platform === 'win32' || existsSync(join(bin, 'node'))) return;
  mkdirSync(bin, { recursive: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), join(bin, 'node'));
}

function npm(what, args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) step(what, systemNode(), [cli, ...args]);
  else step(what, 'npm', args, { shell: process.platform === 'win32' });
}
