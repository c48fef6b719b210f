/**
 * Holds the layers between the folders: who may import whom. `npm run lint` runs it on the project, its test on a copy
 * with a planted violation.
 *
 *     node scripts/layers.mjs [folder]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from './project.mjs';

/** Packages of the window and of Electron: nothing that runs in the engine may need them. */
const windowPackages =
  /^(electron|vue|vue-.+|@vue\/.+|pinia|echarts|reka-ui|@tanstack\/vue-.+|vite|happy-dom)(\/|$)/;

/**
 * The rules, first match per file: which project files a folder may import, and which packages it may not or may only.
 * @type {{ folder: string, says: string, files: RegExp, packages?: RegExp, noPackages?: RegExp }[]}
 */
const rules = [
  {
    folder: 'core/contract/',
    says: 'core/contract imports nothing but zod',
    files: /^core\/contract\//,
    packages: /^zod$/,
  },
  {
    folder: 'core/',
    says: 'core imports neither a shell nor the window nor their packages',
    files: /^(core|resources)\/|^package\.json$/,
    noPackages: windowPackages,
  },
  {
    folder: 'renderer/',
    says: 'renderer imports of core only core/contract, and nothing of Node or Electron',
    files: /^(renderer|core\/contract)\//,
    noPackages: /^(node:|electron(\/|$)|better-sqlite3|ws$)/,
  },
  {
    folder: 'electron/',
    says: 'electron imports of core only core/contract and the two files about serving that both shells share',
    files: /^(electron|core\/contract)\/|^core\/host\/(files|policy)\.ts$/,
    packages: /^(electron$|node:)/,
  },
];

/** Names of a browser that mean nothing in the engine, used as values: `document.title`, `window.open()`. */
const browserGlobals = new Set(['document', 'window', 'localStorage', 'sessionStorage', 'HTMLElement']);

/** What a module that loads the native backend looks like; packages load their own, and the window can load none. */
const nativeLoader = /\.node['"`]|process\.dlopen/;

/**
 * Everything that breaks a rule, as `file: what`.
 * @param {string} folder the project's folder
 * @returns {string[]}
 */
export function findViolations(folder) {
  const files = ['core', 'renderer', 'electron'].flatMap((name) => sourcesBelow(folder, name));
  const loaders = files.filter(
    (file) => !file.startsWith('renderer/') && nativeLoader.test(codeOf(folder, file)),
  );
  return [
    ...files.flatMap((file) => importViolations(folder, file)),
    ...files.filter((file) => file.startsWith('core/')).flatMap((file) => globalViolations(folder, file)),
    ...(loaders.length > 1
      ? [`${loaders.join(', ')}: only one module may load the native backend's .node file`]
      : []),
  ];
}

/**
 * Every module that the files below a folder of the project name.
 * @param {string} folder the project's folder
 * @param {string} path
 * @returns {string[]}
 */
export function modulesImportedBelow(folder, path) {
  return [...new Set(sourcesBelow(folder, path).flatMap((file) => importsOf(folder, file)))];
}

function importViolations(folder, file) {
  const rule = rules.find((candidate) => file.startsWith(candidate.folder));
  if (rule === undefined) return [];
  return importsOf(folder, file)
    .filter((imported) => !allowed(rule, file, imported))
    .map((imported) => `${file}: imports "${imported}", but ${rule.says}`);
}

function allowed(rule, file, imported) {
  if (imported.startsWith('.')) return rule.files.test(posix.join(posix.dirname(file), imported));
  if (rule.packages !== undefined) return rule.packages.test(imported);
  return !rule.noPackages.test(imported);
}

function globalViolations(folder, file) {
  const source = ts.createSourceFile(file, codeOf(folder, file), ts.ScriptTarget.Latest, true);
  const found = new Set();
  const declared = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node) && browserGlobals.has(node.text)) {
      const { parent } = node;
      if (parent.name === node && !ts.isPropertyAccessExpression(parent)) declared.add(node.text);
      else if (parent.name !== node) found.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found]
    .filter((name) => !declared.has(name))
    .map((name) => `${file}: uses the browser's "${name}", which the engine does not have`);
}

/** Every module a file names: imports of values and types, exports from, `import()` and `require()`. */
function importsOf(folder, file) {
  return ts.preProcessFile(codeOf(folder, file), true, true).importedFiles.map((entry) => entry.fileName);
}

/** A file's TypeScript; of a Vue file what its script elements hold. */
function codeOf(folder, file) {
  const text = readFileSync(join(folder, file), 'utf8');
  if (!file.endsWith('.vue')) return text;
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]).join('\n');
}

function sourcesBelow(folder, path) {
  if (!existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory())
      return ['build', 'node_modules'].includes(entry.name) ? [] : sourcesBelow(folder, child);
    return /\.(ts|mts|vue|mjs|js)$/.test(entry.name) ? [child] : [];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const violations = findViolations(process.argv[2] ?? root);
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
