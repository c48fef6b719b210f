import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { cleanDerived, derivedFolder } from '../../core/data/derive/cache.ts';
import { openTrainingSet } from '../../core/data/derive/open.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { installEightDigits } from '../support/mnist.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';

/** `CONVOLAB_KILLS=50` for as many as the project promises. */
const kills = Number(process.env.CONVOLAB_KILLS ?? 15);
const deriver = join(projectRoot, 'test', 'support', 'deriver.ts');
/** Half a second of work, with many files beside the samples. */
const section = {
  name: 'mnist',
  derive: [{ type: 'scenes', height: 40, width: 40, most: 2, train: 200, test: 20 }],
};

function entries(home: string): string[] {
  try {
    return readdirSync(derivedFolder(home));
  } catch {
    return [];
  }
}

const isUnderWay = (name: string) => name.startsWith('.making-');

/** Starts deriving in a process of its own, and ends it by force so many milliseconds into the work. */
async function deriveAndKill(home: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [deriver, home, JSON.stringify(section)], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !entries(home).some(isUnderWay)) await sleep(2);
  await Promise.race([ended, sleep(milliseconds)]);
  child.kill('SIGKILL');
  await ended;
}

describe('a derivation killed at any moment', () => {
  test('leaves nothing half-made for training, and the next start cleans up', async () => {
    using reference = temporaryFolder();
    using home = temporaryFolder();
    for (const { path } of [reference, home]) installEightDigits(path);
    const { hash } = await openTrainingSet(section, reference.path);
    const random = new RandomSequence(1, 'probe');
    let interrupted = 0;
    for (let kill = 0; kill < kills; kill++) {
      // The first at once: on a fast machine all others may come too late.
      await deriveAndKill(home.path, kill === 0 ? 0 : random.below(400));
      const left = entries(home.path);
      if (left.some(isUnderWay)) interrupted++;
      await cleanDerived(home.path);
      const [whole, ...others] = entries(home.path);
      expect(others).toEqual([]);
      if (whole === undefined) continue;
      // What bears a set's name is that set, and whole.
      expect((await openTrainingSet(section, home.path)).hash).toBe(hash);
      rmSync(join(derivedFolder(home.path), whole), { recursive: true });
    }
    expect((await openTrainingSet(section, home.path)).hash).toBe(hash);
    // Or else no kill met a derivation at work.
    expect(interrupted).toBeGreaterThan(0);
  });

  test('does not disturb another process that derives the same', async () => {
    using home = temporaryFolder();
    installEightDigits(home.path);
    const both = [1, 2].map(() =>
      spawn(process.execPath, [deriver, home.path, JSON.stringify(section)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const hashes = await Promise.all(both.map(({ stdout }) => text(stdout)));
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(entries(home.path)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });
});
