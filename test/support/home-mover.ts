/**
 * Moves a data folder, and kills itself at it: `node home-mover.ts <home> <target> <n>` before its n-th change of the
 * file system. Ends with 0 where the move took fewer; prints how many it took.
 */
import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [home = '', target = '', limit = ''] = process.argv.slice(2);
let changes = 0;
let counting = false;

function count(): void {
  if (!counting) return;
  if (changes === Number(limit)) process.kill(process.pid, 'SIGKILL');
  changes += 1;
}

const names = [
  'copyFile',
  'link',
  'mkdir',
  'rename',
  'rm',
  'symlink',
  'unlink',
  'writeFile',
  'open',
] as const;
for (const name of names) {
  const original = promises[name] as (...args: unknown[]) => unknown;
  Object.assign(promises, {
    [name](...args: unknown[]) {
      count();
      return original.apply(promises, args);
    },
  });
}
// From here on, whoever imports these functions gets the counted ones.
syncBuiltinESMExports();

const { createEngine } = await import('../../core/engine/engine.ts');
const { homeFolder } = await import('../../core/engine/home.ts');
const engine = await createEngine({ home: homeFolder(home) });
counting = true;
await engine.call('home.move', { folder: target });
counting = false;
await engine.close();
process.stdout.write(`${changes}\n`);
