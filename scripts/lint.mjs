/** `npm run lint`: format and rules, the layers between the folders, and the types; all of it, then the verdict. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensurePackages } from './packages.mjs';
import { bundledNode, main, root, say } from './project.mjs';

const tool = (/** @type {string[]} */ ...path) => join(root, 'node_modules', ...path);
const checks = [
  ['Format and rules', tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings'],
  ['Layers', join(root, 'scripts', 'layers.mjs')],
  ['Types', tool('typescript', 'bin', 'tsc'), '-p', '.', '--noEmit'],
  ['Types of the window', tool('vue-tsc', 'bin', 'vue-tsc.js'), '-p', 'renderer', '--noEmit'],
];

await main(async () => {
  ensurePackages();
  const failed = checks.filter(([name, ...args]) => {
    const { status } = spawnSync(bundledNode, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    say(`${name}: ${status === 0 ? 'good' : 'FAILED'}`);
    return status !== 0;
  });
  process.exitCode = failed.length === 0 ? 0 : 1;
});
