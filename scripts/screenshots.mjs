/**
 * `npm run screenshots -- --out folder`: every page of the window, light and dark, at two sizes, over stores of 0, 1, 6
 * and 1,000 runs, for somebody to look at. The runs are made anew each time, by seed.
 *
 *     npm run screenshots -- --out folder [--only word]
 */
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';
import { ensureTestTools } from './system.mjs';

await main(async () => {
  await setUp({ app: true });
  ensureTestTools();
  const script = 'test/support/screenshots/main.ts';
  process.exitCode = await handOver(bundledNode, [script, ...process.argv.slice(2)], { cwd: root });
});
