#!/usr/bin/env node
/** The `convolab` command: sets up what is missing, then runs the command line under the project's own Node. */
import { join } from 'node:path';
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp();
  process.exitCode = await handOver(bundledNode, [
    join(root, 'core', 'cli', 'main.ts'),
    ...process.argv.slice(2),
  ]);
});
