/**
 * `npm run preset-pages`: writes `docs/presets` anew, a page and a drawing for every preset, from what the presets and
 * experiments say of themselves and from `core/models/measured.ts`; and `docs/building-blocks.md`, from what those say. A test
 * holds that the pages are up to date.
 */
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';

await main(async () => {
  process.exitCode = await handOver(bundledNode, ['test/support/preset-pages/main.ts'], { cwd: root });
});
