import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const sources = join(root, 'core', 'backends', 'native', 'src');
const folder = join(root, 'build', 'aarch64');
const runner = join(folder, 'runner');
const compiler = 'aarch64-linux-gnu-g++';
const emulator = 'qemu-aarch64';

/** Why the NEON path cannot be tested on this machine; undefined where it can. */
export function missingForNeon(): string | undefined {
  const missing = [compiler, emulator].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length === 0) return undefined;
  return `${missing.join(' and ')} not found: on Debian, install g++-aarch64-linux-gnu and qemu-user`;
}

/** The runner for 64-bit Arm, compiled where it is missing or out of date; the command that runs it here. */
export async function buildForNeon(): Promise<readonly string[]> {
  const files = [...filesIn(sources), fileURLToPath(new URL('runner.cpp', import.meta.url))];
  const newest = Math.max(...files.map((file) => statSync(file).mtimeMs));
  if (!existsSync(runner) || statSync(runner).mtimeMs < newest) await compileAll(files);
  return [emulator, runner];
}

const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** The sources of the addon but for Node's side of it, with the settings of binding.gyp; the table once per path. */
async function compileAll(files: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const units = files.filter((file) => file.endsWith('.cpp') && !file.includes(`${join('src', 'addon')}`));
  const tables = ['neon', 'baseline'].map((path) => ({
    file: join(sources, 'simd', 'table.cpp'),
    object: join(folder, `table-${path}.o`),
    flags: [`-DCONVOLAB_PATH=${path}`, `-DCONVOLAB_PATH_${path.toUpperCase()}`],
  }));
  const others = units
    .filter((file) => basename(file) !== 'table.cpp')
    .map((file, i) => ({ file, object: join(folder, `${i}-${basename(file)}.o`), flags: [] as string[] }));
  const all = [...tables, ...others];
  const settings = ['-std=c++20', '-O2', '-ffp-contract=off', '-fno-math-errno', '-c'];
  await Promise.all(
    all.map(({ file, object, flags }) => compile([...settings, ...flags, file, '-o', object])),
  );
  await compile(['-static', ...all.map(({ object }) => object), '-o', runner, '-lpthread']);
}

function compile(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${compiler} failed on ${args.join(' ')}`)),
    );
  });
}
