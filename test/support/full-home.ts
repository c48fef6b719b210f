import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../core/store/store.ts';
import { queueRuns } from './store.ts';

/** A data folder as it is after some work: stopped runs in the store, and some megabytes of files. */
export function fillHome(home: string, megabytes = 4): void {
  const store = openStore(home);
  for (const run of queueRuns(store, 'first', 'second')) store.runs.transition(run, 'stopped');
  store.settings.set({
    theme: 'dark',
    ownData: [{ name: 'pets', source: { path: join(home, 'uploads', 'pets') } }],
  });
  store.close();
  for (let i = 0; i < megabytes * 4; i++) {
    const folder = join(home, i % 2 ? 'runs' : 'datasets', `part-${i % 5}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${i}.bin`), Buffer.alloc(2 ** 18, i));
  }
  mkdirSync(join(home, 'uploads', 'pets'), { recursive: true });
  writeFileSync(join(home, 'uploads', 'pets', 'cat.txt'), 'a cat');
}

/** Every file of a data folder but the store, with what is in it. */
export function filesOf(home: string): Record<string, string> {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('convolab.sqlite'));
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(home.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

/** A folder on another disk than the one for temporary files, where this machine has one: moves to it have to copy. */
export function otherDisk(): { path: string; remove(): void } {
  const parent = readdirSync('/').includes('dev') && process.platform === 'linux' ? '/dev/shm' : tmpdir();
  const path = mkdtempSync(join(parent, 'convolab-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
