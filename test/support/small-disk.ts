import { execFileSync } from 'node:child_process';
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
