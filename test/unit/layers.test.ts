import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot, temporaryFolder } from '../support/project.ts';

/** Runs the rule as `npm run lint` does, on a folder. */
function checkLayers(folder: string): { status: number | null; output: string } {
  const script = join(projectRoot, 'scripts', 'layers.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { status, output: stderr };
}

/** The rule's verdict on a copy of the project in which one line was added to a file. */
function checkWithPlanted(file: string, line: string): { status: number | null; output: string } {
  using copy = temporaryFolder();
  for (const name of ['core', 'electron', 'renderer']) {
    cpSync(join(projectRoot, name), join(copy.path, name), {
      recursive: true,
      filter: (source) => !/[\\/](build|node_modules)$/.test(source),
    });
  }
  const path = join(copy.path, file);
  mkdirSync(dirname(path), { recursive: true });
  if (file.endsWith('.vue')) writeFileSync(path, `<script setup lang="ts">\n${line}\n</script>\n`);
  else appendFileSync(path, `\n${line}\n`);
  return checkLayers(copy.path);
}

describe('the layers between the folders', () => {
  test('are kept by the project as it is', () => {
    expect(checkLayers(projectRoot)).toEqual({ status: 0, output: '' });
  });

  test.each([
    ['core/engine/planted.ts', "import { app } from 'electron';"],
    ['core/engine/planted.ts', "import type { App } from 'electron';"],
    ['core/engine/planted.ts', "import { windowUrl } from '../../electron/protocol.ts';"],
    ['core/engine/planted.ts', "export const load = () => import('../../renderer/app/bridge.ts');"],
    ['core/engine/planted.ts', "import { ref } from 'vue';"],
    ['core/engine/planted.ts', 'export const title = () => document.title;'],
    ['core/engine/planted.ts', 'export const open = () => window.open();'],
    ['core/contract/planted.ts', "import type { Engine } from '../engine/api.ts';"],
    ['core/contract/planted.ts', "import { readFileSync } from 'node:fs';"],
    ['renderer/planted.ts', "import { homeFolder } from '../core/engine/home.ts';"],
    ['renderer/planted.ts', "import { join } from 'node:path';"],
    ['renderer/views/Planted.vue', "import type { Engine } from '../../core/engine/api.ts';"],
    ['electron/planted.ts', "import Database from 'better-sqlite3';"],
    ['electron/planted.ts', "import { startHost } from '../core/host/host.ts';"],
  ])('refuse in %s: %s', (file, line) => {
    const { status, output } = checkWithPlanted(file, line);
    expect(output).toContain(file);
    expect(status).toBe(1);
  });

  test('let one module load the native backend, and no second', () => {
    const first = 'process.dlopen(module, "native.node");';
    using copy = temporaryFolder();
    mkdirSync(join(copy.path, 'core/a'), { recursive: true });
    writeFileSync(join(copy.path, 'core/a/one.ts'), first);
    expect(checkLayers(copy.path).status).toBe(0);
    writeFileSync(join(copy.path, 'core/a/two.ts'), "export const path = 'build/native.node';");
    expect(checkLayers(copy.path)).toMatchObject({
      status: 1,
      output: expect.stringContaining('one.ts, core/a/two.ts'),
    });
  });
});
