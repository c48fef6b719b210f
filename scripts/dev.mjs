/** `npm run dev`: the window from a development server with hot reload, over the real engine. */
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp();
  const server = ['scripts/dev-server.mjs', ...process.argv.slice(2)];
  process.exitCode = await handOver(bundledNode, server, { cwd: root });
});
