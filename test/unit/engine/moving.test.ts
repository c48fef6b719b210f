import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../../../core/cli/call.ts';
import type { EngineEvent } from '../../../core/contract/events.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { homeFolder } from '../../../core/engine/home.ts';
import { openStore } from '../../../core/store/store.ts';
import { filesOf, fillHome, otherDisk } from '../../support/full-home.ts';
import { temporaryFolder } from '../../support/project.ts';
import { queueRuns } from '../../support/store.ts';

let parent: ReturnType<typeof temporaryFolder>;
let home: string;
let engine: Engine;
beforeEach(async () => {
  parent = temporaryFolder();
  home = join(parent.path, 'home');
  fillHome(home, 1);
  engine = await createEngine({ home });
});
afterEach(async () => {
  await engine.close();
  parent.remove();
});

const target = (name = 'new') => join(parent.path, name);
const runs = async () => (await call(engine, 'runs.list', {})).map(({ name, status }) => [name, status]);

describe('moving the data folder', () => {
  test.each(['the same disk', 'another disk'])(
    'to %s takes everything along, and leaves the way there',
    async (where) => {
      const disk = where === 'another disk' ? otherDisk() : null;
      const to = join(disk?.path ?? parent.path, 'new');
      try {
        const before = [filesOf(home), await runs()];
        const told: EngineEvent[] = [];
        engine.subscribe((events) => told.push(...events));

        expect(await call(engine, 'home.move', { folder: to })).toEqual({ home: to });

        expect(engine.home).toBe(to);
        expect([filesOf(to), await runs()]).toEqual(before);
        expect(readdirSync(home)).toEqual(['moved.json']);
        expect(homeFolder(home)).toBe(to);
        await expect.poll(() => told.map(({ type }) => type)).toContain('engine.restarted');
        const moves = told.filter((event) => event.type === 'home.moving');
        expect(moves.at(-1)).toEqual({ type: 'home.moving', report: null });
      } finally {
        await engine.close();
        disk?.remove();
      }
    },
  );

  test('stops what is being made of a data set first, and takes nothing half-made along', async () => {
    const looking = call(engine, 'datasets.show', { name: 'mnist-scenes' });
    looking.catch(() => undefined);
    const drawing = async () => (await call(engine, 'datasets.tasks', {})).tasks[0];
    await expect.poll(drawing).toMatchObject({ phase: 'drawing' });

    await call(engine, 'home.move', { folder: target() });

    await expect(looking).rejects.toMatchObject({ code: 'download.stopped' });
    expect(Object.keys(filesOf(target())).filter((path) => path.includes('.making'))).toEqual([]);
  });

  test('takes one along in which there is nothing but the store', async () => {
    using empty = temporaryFolder();
    const fresh = await createEngine({ home: join(empty.path, 'home') });
    await call(fresh, 'home.move', { folder: join(empty.path, 'new') });
    expect(await call(fresh, 'runs.list', {})).toEqual([]);
    await fresh.close();
    expect(readdirSync(join(empty.path, 'new'))).toContain('convolab.sqlite');
  });

  test('leads what lay inside it to where it is now, and keeps links to elsewhere', async () => {
    mkdirSync(target('big'));
    writeFileSync(join(target('big'), 'images'), 'many');
    symlinkSync('../big', join(home, 'linked'));
    await call(engine, 'home.move', { folder: target() });
    const { ownData } = await call(engine, 'settings.get', {});
    expect(ownData).toEqual([{ name: 'pets', source: { path: join(target(), 'uploads', 'pets') } }]);
    expect(readFileSync(join(target(), 'linked', 'images'), 'utf8')).toBe('many');
  });

  test('and back again finds it from both places', async () => {
    await call(engine, 'home.move', { folder: target() });
    await call(engine, 'home.move', { folder: home });
    expect(homeFolder(home)).toBe(home);
    expect(homeFolder(target())).toBe(home);
    expect(await runs()).toEqual([
      ['first', 'stopped'],
      ['second', 'stopped'],
    ]);
  });

  test('is refused where it cannot go, and says why beforehand', async () => {
    mkdirSync(target('full'));
    writeFileSync(join(target('full'), 'mine'), 'not to be touched');
    const plan = (folder: string) => call(engine, 'home.plan', { folder });
    expect(await plan(target())).toMatchObject({ problem: null, bytes: expect.any(Number) });
    expect(await plan('relative/folder')).toMatchObject({
      problem: expect.stringContaining('complete path'),
    });
    expect(await plan(join(home, 'inside'))).toMatchObject({
      problem: expect.stringContaining('each other'),
    });
    expect(await plan(target('full'))).toMatchObject({ problem: expect.stringContaining('not empty') });
    await expect(call(engine, 'home.move', { folder: target('full') })).rejects.toMatchObject({
      code: 'argument.invalid',
    });
    expect(readdirSync(target('full'))).toEqual(['mine']);
    expect(await runs()).toHaveLength(2);
  });

  test('is refused while runs wait or train', async () => {
    await engine.close();
    engine = await createEngine({ home, runJobs: false });
    const store = openStore(home);
    queueRuns(store, 'third');
    store.close();
    await expect(call(engine, 'home.move', { folder: target() })).rejects.toMatchObject({
      code: 'run.state',
    });
    expect(existsSync(target())).toBe(false);
  });

  test('is refused while another program has the store open, and everything goes on where it was', async () => {
    const other = openStore(home);
    await expect(call(engine, 'home.move', { folder: target() })).rejects.toMatchObject({
      code: 'store.busy',
    });
    other.close();
    expect(readdirSync(target())).toEqual([]);
    expect(engine.home).toBe(home);
    expect(await runs()).toHaveLength(2);
    await call(engine, 'home.move', { folder: target() });
    expect(engine.home).toBe(target());
  });

  test('that is given up leaves the target empty and everything where it was', async () => {
    const before = filesOf(home);
    const moving = call(engine, 'home.move', { folder: target() });
    moving.catch(() => undefined);
    await call(engine, 'home.cancelMove', {});
    await expect(moving).rejects.toMatchObject({ code: 'download.stopped' });
    expect(readdirSync(target())).toEqual([]);
    expect(filesOf(home)).toEqual(before);
    expect(await runs()).toHaveLength(2);
  });
});

test('a data folder whose new place is gone is said, not begun anew', async () => {
  await call(engine, 'home.move', { folder: target() });
  await engine.close();
  rmSync(target(), { recursive: true });
  expect(() => homeFolder(home)).toThrow(/was moved to .*new, which is not there/);
});
