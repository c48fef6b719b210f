import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uploadHandlers } from '../../../core/engine/handlers/uploads.ts';
import { temporaryFolder } from '../../support/project.ts';

let home: ReturnType<typeof temporaryFolder>;
let handlers: ReturnType<typeof uploadHandlers>;
beforeEach(() => {
  home = temporaryFolder();
  handlers = uploadHandlers({ home: home.path });
});
afterEach(() => home.remove());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const write = (upload: string, path: string, text: string, offset = 0) =>
  handlers['uploads.write']({ upload, parts: [{ path, offset, data: base64(text) }] });

test('files that arrive in parts lie whole under the name that was given', async () => {
  const { upload } = await handlers['uploads.begin']({ bytes: 9 });
  await write(upload, 'cat/1.png', 'first ');
  await write(upload, 'dog/1.png', '');
  await write(upload, 'cat/1.png', 'second', 6);
  const { folder } = await handlers['uploads.keep']({ upload, name: 'pets' });
  expect(folder).toBe(join(home.path, 'uploads', 'pets'));
  expect(readFileSync(join(folder, 'cat', '1.png'), 'utf8')).toBe('first second');
  expect(readFileSync(join(folder, 'dog', '1.png'))).toHaveLength(0);
});

test('a name that is taken gets a number, and one that leads elsewhere stays inside', async () => {
  const keep = async (name: string) => {
    const { upload } = await handlers['uploads.begin']({ bytes: 0 });
    return (await handlers['uploads.keep']({ upload, name })).folder;
  };
  expect(await keep('pets')).toBe(join(home.path, 'uploads', 'pets'));
  expect(await keep('pets')).toBe(join(home.path, 'uploads', 'pets-2'));
  expect(await keep('../../etc')).toBe(join(home.path, 'uploads', '-..-etc'));
});

test.each(['../outside', '/etc/outside', 'a/../../outside', 'C:\\outside'])(
  'a file called %s is refused',
  async (path) => {
    const { upload } = await handlers['uploads.begin']({ bytes: 1 });
    await expect(write(upload, path, 'x')).rejects.toMatchObject({ code: 'archive.unsafe' });
    expect(existsSync(join(home.path, 'outside'))).toBe(false);
  },
);

test('what does not fit on the disk is refused before anything is sent', async () => {
  await expect(handlers['uploads.begin']({ bytes: 1e18 })).rejects.toMatchObject({ code: 'disk.full' });
  expect(readdirSync(join(home.path, 'uploads'))).toEqual([]);
});

test('what was discarded, or being sent when the engine ended, is gone; what was kept stays', async () => {
  const first = await handlers['uploads.begin']({ bytes: 1 });
  await write(first.upload, 'a', 'x');
  await handlers['uploads.discard']({ upload: first.upload });
  mkdirSync(join(home.path, 'uploads', 'kept'), { recursive: true });
  mkdirSync(join(home.path, 'uploads', '.arriving-0123'));
  handlers = uploadHandlers({ home: home.path });
  await handlers['uploads.begin']({ bytes: 0 });
  const left = readdirSync(join(home.path, 'uploads'));
  expect(left.filter((name) => !name.startsWith('.'))).toEqual(['kept']);
  expect(left).not.toContain('.arriving-0123');
  await expect(write(first.upload, 'a', 'x')).rejects.toMatchObject({ code: 'argument.invalid' });
});
