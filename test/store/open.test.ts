import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrations } from '../../core/store/migrations/index.ts';
import { openStore } from '../../core/store/store.ts';
import { temporaryFolder } from '../support/project.ts';
import { aRun } from '../support/store.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(() => home.remove());

const storePath = () => join(home.path, 'convolab.sqlite');

describe('opening a store', () => {
  test('makes the folder and the store, in WAL mode and synced on every commit', () => {
    const inner = join(home.path, 'not', 'there');
    const store = openStore(inner);
    expect(existsSync(join(inner, 'convolab.sqlite-wal'))).toBe(true);
    store.close();
    const database = new Database(join(inner, 'convolab.sqlite'));
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    database.close();
  });

  test('finds again what was stored', () => {
    const first = openStore(home.path);
    const [id = ''] = first.runs.create(first.experiments.create('an experiment', { a: 1 }), [aRun('relu')]);
    first.settings.set({ theme: 'dark' });
    first.close();
    const second = openStore(home.path);
    expect(second.runs.get(id)).toMatchObject({ name: 'relu', experimentName: 'an experiment' });
    expect(second.settings.all()).toEqual({ theme: 'dark' });
    second.close();
  });

  test('refuses a newer store politely, and changes no byte of it', () => {
    openStore(home.path).close();
    const database = new Database(storePath());
    database.pragma('user_version = 99');
    database.close();
    const before = readFileSync(storePath());
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({
        code: 'store.newer',
        subject: storePath(),
        message: expect.stringContaining('version 99'),
        hint: expect.stringContaining('Update Convolab'),
      }),
    );
    expect(readFileSync(storePath()).equals(before)).toBe(true);
  });

  test('refuses what is no SQLite file, and leaves it alone', () => {
    writeFileSync(storePath(), 'x'.repeat(5000));
    expect(() => openStore(home.path)).toThrow(expect.objectContaining({ code: 'store.damaged' }));
    expect(readFileSync(storePath(), 'utf8')).toBe('x'.repeat(5000));
    expect(readdirSync(home.path)).toEqual(['convolab.sqlite']);
  });

  test("refuses another program's database", () => {
    const database = new Database(storePath());
    database.exec('CREATE TABLE precious (a)');
    database.close();
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({
        code: 'store.damaged',
        message: expect.stringContaining('no Convolab store'),
      }),
    );
  });

  test('refuses a store whose tables are gone', () => {
    openStore(home.path).close();
    const database = new Database(storePath());
    database.exec('DROP TABLE points');
    database.close();
    expect(() => openStore(home.path)).toThrow(expect.objectContaining({ code: 'store.damaged' }));
  });

  test('refuses a store whose pages were overwritten, and names a way out', () => {
    openStore(home.path).close();
    const bytes = readFileSync(storePath());
    bytes.fill(0xff, 100, bytes.length);
    writeFileSync(storePath(), bytes);
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({ code: 'store.damaged', hint: expect.stringContaining('Move the file away') }),
    );
  });

  test('does not mind foreign bytes behind the last page', () => {
    openStore(home.path).close();
    appendFileSync(storePath(), 'x');
    openStore(home.path).close();
  });

  test('in a place where no folder can be made is refused', () => {
    const file = join(home.path, 'a-file');
    writeFileSync(file, '');
    expect(() => openStore(join(file, 'home'))).toThrow(
      expect.objectContaining({ code: 'home.unwritable', hint: expect.stringContaining('CONVOLAB_HOME') }),
    );
  });

  test.runIf(process.platform === 'linux')('below a folder that takes none is refused at once', () => {
    expect(() => openStore('/proc/convolab/home')).toThrow(
      expect.objectContaining({ code: 'home.unwritable', subject: '/proc/convolab/home' }),
    );
  });

  test('where its file cannot be made is refused', () => {
    symlinkSync(join(home.path, 'nowhere', 'convolab.sqlite'), storePath());
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({ code: 'home.unwritable', subject: storePath() }),
    );
  });

  test('where its file cannot be read is refused', () => {
    mkdirSync(storePath());
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({ code: 'file.unreadable', subject: storePath() }),
    );
  });

  test('that another process has only just begun to make goes on where that one is', () => {
    const database = new Database(storePath());
    database.pragma('journal_mode = WAL');
    database.close();
    openStore(home.path).close();
  });

  test('by two processes at once migrates it once', () => {
    const stores = [openStore(home.path), openStore(home.path)];
    for (const store of stores) store.close();
    openStore(home.path).close();
  });
});
