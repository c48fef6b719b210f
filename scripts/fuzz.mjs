/** `npm run fuzz`: the tests that damage files, with as many mutants as wanted. */
import { join } from 'node:path';
import { readOptions, refuse } from './options.mjs';
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';

const usage = `npm run fuzz -- [--mutants <n>] [data | images]

Damages files of the formats that Convolab reads, and holds that each is understood or refused, in less than a second and
without a write outside its folder. Mutants are pure functions of their number: what fails, fails again.

  --mutants <n>  Mutants of each format; 20000 unless said.
  data           IDX, CIFAR, STL-10, .mat, XML, pairs of faces, tar and zip only.
  images         PNG and JPEG only.`;

await main(async () => {
  const { values, positionals } = readOptions(usage, {
    options: { mutants: { type: 'string', default: '20000' } },
    allowPositionals: true,
  });
  const mutants = Number(values.mutants);
  if (!Number.isSafeInteger(mutants) || mutants < 1)
    refuse(`--mutants is a whole number above 0, not ${values.mutants}`);
  const unknown = positionals.find((word) => word !== 'data' && word !== 'images');
  if (unknown !== undefined) refuse(`There are no tests called ${unknown}`);
  await setUp();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', 'fuzz', '--testTimeout', String(24 * 3600 * 1000), ...positionals];
  process.exitCode = await handOver(bundledNode, [vitest, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CONVOLAB_MUTANTS: String(mutants) },
  });
});
