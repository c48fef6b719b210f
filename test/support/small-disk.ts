import { execFileSync } from 'node:child_process';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './project.ts';

/** Runs `work` in a file system of this many KiB, or skips the test where none can be mounted. */
export async function onSmallDisk(
  skip: (why: string) => never,
  kibibytes: number,
  work: (path: string) => Promise<void> | void,
): Promise<void> {
  using folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder.path], {
      stdio: 'ignore',
    });
  } catch {
    skip('a small file system can only be mounted by root on Linux');
  }
  try {
    await work(folder.path);
  } finally {
    // Lazily: after a failure something may still have a file open here, which must neither hide what failed nor keep
    // the file system.
    execFileSync('umount', ['-l', folder.path]);
  }
}

/**
 * Keeps a disk full until what is waited for has come: what others give back later, such as a file that another took the
 * place of, is taken as well.
 */
export async function keepFull(path: string, come: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await come())) {
    fillUp(path);
    await sleep(20);
  }
}

/** Takes what is left of a disk, but for a few pages in which the store can still say what happened. */
function fillUp(path: string): void {
  const piece = new Uint8Array(64 * 1024);
  try {
    for (;;) writeFileSync(path, piece, { flag: 'a' });
  } catch {
    // Cut, not written anew: whatever is given back, somebody else may take at once.
    truncateSync(path, Math.max(0, statSync(path).size - 4 * piece.length));
  }
}
