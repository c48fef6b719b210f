import { spawn, spawnSync } from 'node:child_process';
import { codeCache, root, SetupError } from './project.mjs';

/**
 * Runs one step of the set-up quietly; what it printed is shown only when it fails.
 * @param {string} what the step in words, for the message of a failure
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function step(what, command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
    ...options,
  });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  const reason = result.error?.message ?? `exit code ${result.status ?? result.signal}`;
  throw new SetupError(`${what} failed (${reason}).\n${output}`);
}

/**
 * Starts a program in this one's place: same terminal, signals passed on, its exit code ours. The channel between the
 * two lets it end by itself should this process be killed.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code
 */
export function handOver(command, args, options = {}) {
  const child = spawn(command, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: codeCache, ...process.env },
    ...options,
  });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SetupError(`${command} does not start: ${error.message}`)));
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
