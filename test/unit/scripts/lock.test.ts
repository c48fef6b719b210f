import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot, temporaryFolder } from '../../support/project.ts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ path: folder, remove } = temporaryFolder());
});
afterEach(() => remove());

/** A process that holds the lock for a moment, and says so before and after. Resolves when it has ended. */
function holder(name: string): Promise<void> {
  const lock = pathToFileURL(join(projectRoot, 'scripts', 'lock.mjs')).href;
  const log = JSON.stringify(join(folder, 'log'));
  const source = `
    import { appendFileSync } from 'node:fs';
    import { alone } from ${JSON.stringify(lock)};
    await alone('test', async () => {
      appendFileSync(${log}, 'in ${name}\\n');
      await new Promise((resolve) => setTimeout(resolve, 150));
      appendFileSync(${log}, 'out ${name}\\n');
    }, ${JSON.stringify(folder)});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');

test('processes that come for a lock together go through one after the other', async () => {
  await Promise.all(['a', 'b', 'c'].map(holder));
  const lines = log();
  expect(lines).toHaveLength(6);
  for (let i = 0; i < 6; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
  expect(existsSync(join(folder, 'test.lock'))).toBe(false);
});

test('a lock whose owner is dead is taken over', async () => {
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => dead.on('exit', resolve));
  writeFileSync(join(folder, 'test.lock'), `${dead.pid}`);
  await holder('a');
  expect(log()).toEqual(['in a', 'out a']);
});
