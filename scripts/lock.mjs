import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './project.mjs';

const pollMilliseconds = 100;

/**
 * Runs work that only one process of this folder may do at a time; others that come for it wait. The lock holds its
 * owner's process id, so that one whose owner was killed is taken over.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @param {string} [folder] where the lock is
 * @returns {Promise<T>}
 */
export async function alone(name, work, folder = join(root, 'node_modules', '.cache')) {
  const file = join(folder, `${name}.lock`);
  while (!take(file)) await sleep(pollMilliseconds);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** A link to a complete file either comes to be or does not: nobody sees a lock without its owner. */
function take(file) {
  const own = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(own, `${process.pid}`);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerLives(file)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function ownerLives(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    // It lives, but belongs to someone else; or the lock was given back just now, and is free to be taken.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}
