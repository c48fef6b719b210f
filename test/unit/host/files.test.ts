import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readServedFile } from '../../../core/host/files.ts';
import { temporaryFolder } from '../../support/project.ts';

const folder = temporaryFolder();
const root = join(folder.path, 'renderer');
mkdirSync(join(root, 'assets'), { recursive: true });
writeFileSync(join(root, 'index.html'), '<!doctype html>');
writeFileSync(join(root, 'assets', 'index-abc.js'), 'export {}');
writeFileSync(join(root, 'notes.exe'), '');
writeFileSync(join(folder.path, 'secret.txt'), 'secret');
symlinkSync(join(folder.path, 'secret.txt'), join(root, 'link.txt'));
afterAll(() => folder.remove());

test.each([
  ['/', 'text/html; charset=utf-8', false],
  ['/runs/1', 'text/html; charset=utf-8', false],
  ['/assets/index-abc.js', 'text/javascript; charset=utf-8', true],
])('%s is served as %s', async (path, type, immutable) => {
  expect(await readServedFile(root, path)).toMatchObject({ type, immutable });
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/assets/../index.html',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/secret.txt%00.html',
  '/%',
  'secret.txt',
  '/link.txt',
  '/missing.js',
  '/notes.exe',
])('%s is refused', async (path) => {
  expect(await readServedFile(root, path)).toBeNull();
});
