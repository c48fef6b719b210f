/**
 * `npm run bench:window`: measures the window in a real browser over a store of a thousand runs, while four runs train, and sets
 * the figures beside what is wanted. `scrolling` needs 2.8 GB of disk.
 *
 *     npm run bench:window -- [--only browsing,long-series,...] [--seconds 120] [--json]
 */
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';
import { ensureTestTools } from './system.mjs';

await main(async () => {
  await setUp({ app: true });
  ensureTestTools();
  const script = 'test/bench/window/main.ts';
  process.exitCode = await handOver(bundledNode, [script, ...process.argv.slice(2)], { cwd: root });
});
