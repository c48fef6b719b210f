import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mapFile } from '../../../core/backends/native/map-file.ts';
import { temporaryFolder } from '../../support/project.ts';

test('a mapped file reads as its bytes, and writing to it leaves the file alone', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'büchlein');
  writeFileSync(path, Uint8Array.of(1, 2, 3, 250));
  const bytes = mapFile(path);
  expect([...bytes]).toEqual([1, 2, 3, 250]);
  bytes[0] = 9;
  expect(bytes[0]).toBe(9);
  expect([...readFileSync(path)]).toEqual([1, 2, 3, 250]);
});

test('a mapped file larger than most memories takes none', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'sparse');
  const size = 20_000_000_000;
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  closeSync(file);
  const before = process.memoryUsage.rss();
  const bytes = mapFile(path);
  expect(bytes.length).toBe(size);
  expect(bytes[size - 1]).toBe(0);
  expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
});

test.each([
  ['is not there', 'nothing', /No such file/],
  ['is a folder', '.', /no file/],
  ['is empty', 'empty', /empty/],
])('a file that %s cannot be mapped, and the error says so', (_, name, reason) => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'empty'), '');
  const path = join(folder.path, name);
  expect(() => mapFile(path)).toThrow(
    expect.objectContaining({ code: 'file.unreadable', message: expect.stringMatching(reason) }),
  );
});
