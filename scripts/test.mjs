/** `npm test`: the set-up, what only tests need, then every test; further arguments go to vitest. */
import { join } from 'node:path';
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';
import { ensureTestTools } from './system.mjs';

await main(async () => {
  await setUp({ app: true });
  ensureTestTools();
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  process.exitCode = await handOver(bundledNode, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
});
