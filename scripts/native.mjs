import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alone } from './lock.mjs';
import { step } from './processes.mjs';
import { bundledNode, main, root, say } from './project.mjs';
import { ensureCompiler } from './system.mjs';

/** Where node-gyp leaves the addon. */
const addon = join(root, 'build', 'Release', 'convolab.node');
const sources = join(root, 'core', 'backends', 'native', 'src');
const description = join(root, 'binding.gyp');
/** Written last, with what the build was made for: a build that was interrupted is not taken for a finished one. */
const stamp = join(root, 'build', 'native.stamp');

/** Builds the CPU backend's addon when it is missing or older than its sources; two set-ups at once build it once. */
export async function ensureNative() {
  if (addonIsCurrent()) return;
  ensureCompiler();
  await alone('native-build', build);
}

function build() {
  // Another set-up may have built it while this one waited.
  if (addonIsCurrent()) return;
  say('Building the CPU backend ...');
  // After a change of sources only those are compiled anew; anything else starts from nothing.
  const commands = buildIsOurs() ? ['configure', 'build'] : ['rebuild'];
  rmSync(stamp, { force: true });
  const started = new Date();
  const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  // With the bundled Node, whose version the addon is configured for, and its headers; any user-level npm setting that
  // says otherwise is overruled by the command line.
  const args = [gyp, ...commands, `--nodedir=${headerFolder()}`, '--jobs=max', '--loglevel=warn'];
  step('Building the CPU backend', existsSync(bundledNode) ? bundledNode : process.execPath, args, {
    env: withoutNpmSettings(),
  });
  writeFileSync(stamp, identity());
  // What was edited during the build counts as newer than it.
  utimesSync(stamp, started, started);
}

function addonIsCurrent() {
  if (!buildIsOurs() || !existsSync(addon)) return false;
  const built = statSync(stamp).mtimeMs;
  return [description, ...filesIn(sources)].every((file) => statSync(file).mtimeMs <= built);
}

/** Whether the last build came to its end, on a system and processor of this kind. */
const buildIsOurs = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === identity();

/** Node-API keeps an addon valid over versions of Node, but not over systems and processors. */
const identity = () => `${process.platform}-${process.arch}\n`;

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.parentPath + sep + entry.name);
}

/**
 * What node-gyp would download: a folder with Node's headers and two settings files. Node-API needs four headers, which
 * come as a package.
 */
function headerFolder() {
  const folder = join(root, 'node_modules', '.cache', 'convolab-headers');
  const include = join(folder, 'include', 'node');
  mkdirSync(include, { recursive: true });
  const headers = dirname(createRequire(import.meta.url).resolve('node-api-headers/include/node_api.h'));
  cpSync(headers, include, { recursive: true });
  writeFileSync(join(include, 'common.gypi'), JSON.stringify({ target_defaults: { configurations } }));
  writeFileSync(join(include, 'config.gypi'), configuration());
  return folder;
}

/** node-gyp builds `Release`, which Node's own settings file declares. */
const configurations = { Release: {}, Debug: {} };

/** The few settings that node-gyp's own addon.gypi asks for. */
function configuration() {
  const variables = {
    host_arch: process.arch,
    target_arch: process.arch,
    node_shared: false,
    enable_lto: false,
    clang: process.platform === 'darwin' ? 1 : 0,
    openssl_fips: '',
    standalone_static_library: 1,
    node_with_ltcg: 'false',
  };
  return JSON.stringify({ target_defaults: { default_configuration: 'Release' }, variables });
}

/** npm hands its settings, the user's included, to scripts it runs; node-gyp would take them for its own. */
function withoutNpmSettings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(ensureNative);
