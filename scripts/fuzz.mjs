/** `npm run fuzz -- [--mutants 20000]`: the tests that damage files, with as many mutants as wanted. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    options: { mutants: { type: 'string', default: '20000' } },
    allowPositionals: true,
  });
  await setUp();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', 'fuzz', '--testTimeout', String(24 * 3600 * 1000), ...positionals];
  process.exitCode = await handOver(bundledNode, [vitest, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CONVOLAB_MUTANTS: values.mutants },
  });
});
