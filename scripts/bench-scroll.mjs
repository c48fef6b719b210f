/**
 * `npm run bench:scroll -- [--home folder] [--seconds 5] [--rounds 3]`: how evenly the Data page scrolls 100,000 images in a
 * real browser. With `--home` the images (2.8 GB) are kept there for the next time.
 */
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';
import { ensureTestTools } from './system.mjs';

await main(async () => {
  await setUp({ app: true });
  ensureTestTools();
  const script = 'test/support/scroll/main.ts';
  process.exitCode = await handOver(bundledNode, [script, ...process.argv.slice(2)], { cwd: root });
});
