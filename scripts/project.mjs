/** Where things are, for the scripts that run on any Node from 20 on, before anything is installed. */
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const windows = process.platform === 'win32';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that runs the engine, the tests and the build: the exact version named in package.json. */
export const bundledNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** Where Node keeps compiled TypeScript, so that the next process starts sooner and smaller. */
export const codeCache = join(root, 'node_modules', '.cache', 'convolab');

/** A Node from outside the project, for work that replaces `node_modules` and the Node in it. */
export function systemNode() {
  const inside = join(root, 'node_modules') + sep;
  const name = windows ? 'node.exe' : 'node';
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const candidates = [process.env.npm_node_execpath ?? '', process.execPath, ...onPath];
  return candidates.find((path) => path !== '' && !path.startsWith(inside) && existsSync(path)) ?? 'node';
}

/** Finds a command on the PATH without starting anything. */
export function onPath(command) {
  const extensions = windows ? ['.exe', '.cmd', '.bat'] : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => extensions.some((extension) => existsSync(join(folder, command + extension))));
}

/** Tells the user what is going on; on standard error, because standard output may be read by a program. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** A failure that is the user's to solve: printed without a stack. */
export class SetupError extends Error {}

/** Runs a script's work and turns a `SetupError` into a message and exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}
