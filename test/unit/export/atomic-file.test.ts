import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeTemporaries, writeError, writeFileAtomic } from '../../../core/export/atomic-file.ts';
import { temporaryFolder } from '../../support/project.ts';
import { onSmallDisk } from '../../support/small-disk.ts';

describe('a file written atomically', () => {
  test('has its parts one after the other, in folders made for it, and nothing beside it', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'a', 'b', 'file');
    await writeFileAtomic(path, ['one ', Uint8Array.of(0x32), '']);
    expect(readFileSync(path, 'utf8')).toBe('one 2');
    expect(readdirSync(join(folder.path, 'a', 'b'))).toEqual(['file']);
  });

  test('replaces the one that was there', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'file');
    writeFileSync(path, 'a much longer text than the new one');
    await writeFileAtomic(path, ['new']);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('that cannot be written is refused by name, and leaves no temporary file', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'taken');
    mkdirSync(join(path, 'inner'), { recursive: true });
    await expect(writeFileAtomic(path, ['x'])).rejects.toMatchObject({
      code: 'file.unwritable',
      subject: path,
    });
    await expect(writeFileAtomic(join(folder.path, 'f', 'g'), ['x'])).resolves.toBeUndefined();
    await expect(writeFileAtomic(join(folder.path, 'f', 'g', 'h'), ['x'])).rejects.toMatchObject({
      code: 'file.unwritable',
    });
    expect(readdirSync(folder.path).sort()).toEqual(['f', 'taken']);
  });
});

describe('a full disk', () => {
  test('keeps the old file, removes what was begun, and says so', async ({ skip }) => {
    await onSmallDisk(skip, 64, async (disk) => {
      const path = join(disk, 'epoch-1.safetensors');
      await writeFileAtomic(path, ['the old one']);
      await expect(writeFileAtomic(path, [new Uint8Array(100_000)])).rejects.toMatchObject({
        code: 'disk.full',
        subject: path,
        hint: expect.stringContaining('Free some space'),
      });
      expect(readFileSync(path, 'utf8')).toBe('the old one');
      expect(readdirSync(disk)).toEqual(['epoch-1.safetensors']);
      await writeFileAtomic(path, ['there is room for this']);
    });
  });

  test.each(['ENOSPC', 'EDQUOT'])('is what %s means', (code) => {
    expect(writeError('/a/file', Object.assign(new Error('write'), { code }))).toMatchObject({
      code: 'disk.full',
      subject: '/a/file',
    });
  });
});

test('what a killed writer left behind goes, and nothing else', () => {
  using folder = temporaryFolder();
  const files = ['epoch-2.safetensors', 'epoch-3.safetensors.6c24b4bc.tmp', 'mine.tmp'];
  for (const name of files) writeFileSync(join(folder.path, name), 'x');
  removeTemporaries(folder.path);
  removeTemporaries(join(folder.path, 'absent'));
  expect(readdirSync(folder.path).sort()).toEqual(['epoch-2.safetensors', 'mine.tmp']);
});
