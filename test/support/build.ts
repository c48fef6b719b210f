import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the window and Electron's bundles when they are out of date, once before the tests that need them. */
export function setup(): void {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--if-needed'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
