import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { enginePackages } from '../../scripts/engine-packages.mjs';
import { projectRoot } from '../support/project.ts';

const configuration = parse(readFileSync(join(projectRoot, 'electron-builder.yml'), 'utf8'));

test('the installers are described as their builder understands it', async () => {
  await expect(validateConfiguration(configuration, new DebugLogger(false))).resolves.toBeUndefined();
});

/** Declared, but needed only by builds, installation, types, or a module that nothing loads. */
const neverLoaded = new Set(['@webgpu', 'debug', 'ms', 'node-addon-api', 'underscore']);

test('the installers hold every package that the engine imports, with what these depend on', () => {
  const needed = enginePackages().map((name) => name.split('/')[0] ?? '');
  const packed = configuration.extraResources
    .find(({ from }: { from: string }) => from === 'node_modules')
    .filter.map((pattern: string) => pattern.split('/')[0]);
  expect(new Set(packed)).toEqual(new Set(needed.filter((name) => !neverLoaded.has(name))));
});
