import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../core/store/store.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(() => home.remove());

interface Writer {
  readonly child: ChildProcess;
  /** What it has printed so far: the run's id, then the last step on disk. */
  lines(): string[];
}

function startWriter(batches?: number): Writer {
  const script = join(projectRoot, 'test', 'support', 'store-writer.ts');
  const more = batches === undefined ? [] : [String(batches)];
  const child = spawn(process.execPath, [script, home.path, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  // The last line may be half-printed.
  return {
    child,
    lines: () =>
      text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .slice(0, -1),
  };
}

async function untilLines(writer: Writer, count: number): Promise<void> {
  while (writer.lines().length < count) {
    if (writer.child.exitCode !== null) throw new Error(`the writer ended with ${writer.child.exitCode}`);
    await sleep(5);
  }
}

function integrity(): unknown {
  const database = new Database(join(home.path, 'convolab.sqlite'));
  try {
    return [
      database.pragma('integrity_check', { simple: true }),
      database.prepare('PRAGMA foreign_key_check').all().length,
    ];
  } finally {
    database.close();
  }
}

describe('a store', () => {
  test('whose writer is killed at work is whole, and has everything that was written', async () => {
    for (const batchesFirst of [3, 17, 40]) {
      const writer = startWriter();
      await untilLines(writer, batchesFirst);
      writer.child.kill('SIGKILL');
      await once(writer.child, 'close');
      const [run = '', ...steps] = writer.lines();
      expect(integrity()).toEqual(['ok', 0]);
      const store = openStore(home.path);
      const written = store.metrics.series(run, 'train/loss', { maxPoints: 1_000_000 });
      expect(written.total).toBeGreaterThanOrEqual(Number(steps.at(-1)) + 1);
      // A batch is there whole or not at all.
      expect(written.total % 100).toBe(0);
      expect(written.steps).toEqual(written.steps.map((_, index) => index));
      expect(store.runs.get(run).status).toBe('interrupted');
      expect(store.reclaim()).toEqual([run]);
      expect(store.leases.used('cpu')).toBe(0);
      store.close();
    }
  });

  test('with several writers at once loses none of their runs and points', async () => {
    const writers = Array.from({ length: 4 }, () => startWriter(50));
    const codes = await Promise.all(writers.map(async ({ child }) => (await once(child, 'close'))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(integrity()).toEqual(['ok', 0]);
    const store = openStore(home.path);
    const runs = writers.map((writer) => writer.lines()[0] as string);
    expect(new Set(runs)).toEqual(new Set(store.runs.ids()));
    for (const run of runs) {
      expect(store.metrics.series(run, 'train/loss').total).toBe(5000);
    }
    store.close();
  });
});
