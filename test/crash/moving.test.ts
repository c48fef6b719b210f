import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { homeFolder } from '../../core/engine/home.ts';
import { finishArrival } from '../../core/engine/moving/move.ts';
import { openStore } from '../../core/store/store.ts';
import { filesOf, fillHome, otherDisk } from '../support/full-home.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';

/** Moves in a process of its own, killed before so many changes. How many there were, or null where it was killed. */
function moveAndKill(home: string, target: string, changes: number): number | null {
  const script = join(projectRoot, 'test', 'support', 'home-mover.ts');
  // Compiled once for all of them.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'convolab-test-compiled') };
  const { status, stdout } = spawnSync(process.execPath, [script, home, target, String(changes)], { env });
  return status === 0 ? Number(String(stdout)) : null;
}

test('a move that is killed at any moment leaves one whole data folder, and can be done again', async () => {
  using folder = temporaryFolder();
  const disk = otherDisk();
  const start = join(folder.path, 'home');
  try {
    fillHome(start, 1);
    const files = filesOf(start);
    let places: [string, string] = [start, join(disk.path, 'a')];

    /** What the next start finds, whatever happened. */
    const look = async () => {
      const now = homeFolder(start);
      expect(places).toContain(now);
      const store = openStore(now);
      expect(store.runs.list({}).map(({ name, status }) => [name, status])).toEqual([
        ['first', 'stopped'],
        ['second', 'stopped'],
      ]);
      store.close();
      await finishArrival(now);
      expect(filesOf(now)).toEqual(files);
      if (now === places[0]) return;
      expect(readdirSync(places[0])).toEqual(['moved.json']);
      places = [places[1], places[0]];
    };

    const all = moveAndKill(start, places[1], Number.MAX_SAFE_INTEGER);
    expect(all).toBeGreaterThan(20);
    await look();
    // A few while it copies; then every change of its last steps, to the other disk and back in turn.
    const moments = [1, 6, 12, ...Array.from({ length: 14 }, (_, i) => (all as number) - 14 + i)];
    for (const moment of moments) {
      moveAndKill(start, places[1], moment);
      await look();
    }
  } finally {
    disk.remove();
  }
});
