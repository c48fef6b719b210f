import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, writeFileAtomic } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { stillStore } from '../../store/still.ts';
import { arrivalName, checkTarget } from './check.ts';
import { copyFiles, type HomeFile, listHome } from './copy.ts';
import { pointerName, writePointer } from './pointer.ts';

export interface MoveOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (bytesDone: number, bytesTotal: number) => void;
  /** Ends all work on the data folder; called when nearly everything is copied. */
  readonly rest: () => Promise<void>;
}

/**
 * Moves a data folder. Until the very last step, the writing of the pointer, the old folder is the data folder and whole;
 * from it on the new one is. Ended at any moment, in between too, the next start finds one of them.
 * @throws what `checkTarget` and `copyFiles` throw; `store.busy` where another program has the store open
 */
export async function moveHome(home: string, target: string, options: MoveOptions): Promise<void> {
  const files = await listHome(home);
  const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes, (await storeBytes(home)) + 1);
  await checkTarget(home, target, bytesTotal);
  await clearArrival(target);
  const arrival = join(target, arrivalName);
  // Its home as well: there may be no file but the store.
  const inside = join(arrival, 'home');
  makeFolders(inside);
  await writeFileAtomic(join(arrival, 'from.json'), [JSON.stringify({ from: home })]);
  let bytesDone = 0;
  const onBytes = (bytes: number) => {
    bytesDone += bytes;
    options.onProgress(Math.min(bytesDone, bytesTotal), bytesTotal);
  };
  try {
    await copyFiles(home, inside, files, { signal: options.signal, onBytes });
    await options.rest();
    const store = stillStore(home);
    try {
      await copyRest(home, inside, files, options.signal);
      await store.copyTo(inside, target);
      options.signal.throwIfAborted();
      await settle(inside, target);
      // The old folder stays locked until the pointer is written: nobody can begin anything in it that would be lost.
      await writePointer(home, target);
    } finally {
      store.close();
    }
  } catch (thrown) {
    await clearArrival(target);
    throw thrown;
  }
  await finishArrival(target);
}

/** What was written while the most was copied: it is the last to come. */
async function copyRest(
  home: string,
  inside: string,
  copied: readonly HomeFile[],
  signal: AbortSignal,
): Promise<void> {
  const known = new Map(copied.map((file) => [file.path, file]));
  const now = await listHome(home);
  const changed = now.filter(({ path, bytes, changed: when }) => {
    const before = known.get(path);
    return before === undefined || before.bytes !== bytes || before.changed !== when;
  });
  await copyFiles(home, inside, changed, { signal, onBytes: () => {} });
  const left = new Set(now.map(({ path }) => path));
  for (const { path } of copied) if (!left.has(path)) await rm(join(inside, path), { force: true });
}

/** From the arrival to the places themselves, all on one disk. */
async function settle(inside: string, target: string): Promise<void> {
  for (const name of await readdir(inside)) await rename(join(inside, name), join(target, name));
  await syncFolder(target);
  await syncFolder(dirname(target));
}

/** Removes what a move left that did not come to its end; an empty folder stays. */
async function clearArrival(target: string): Promise<void> {
  const names = await readdir(target).catch(() => [] as string[]);
  if (!names.includes(arrivalName)) return;
  for (const name of names) {
    // A pointer of an earlier move stays true; the mark goes last, so that this can be ended at any moment too.
    if (name !== pointerName && name !== arrivalName)
      await rm(join(target, name), { recursive: true, force: true });
  }
  await rm(join(target, arrivalName), { recursive: true, force: true });
}

/**
 * Ends a move whose pointer is written: removes what is left of the old folder, then the mark. To be called at every
 * start with the folder that pointers led to; does nothing where there is nothing to end.
 */
export async function finishArrival(home: string): Promise<void> {
  await removeHalfPointers(home);
  const mark = join(home, arrivalName);
  const from = await cameFrom(mark);
  if (from === undefined) return;
  for (const name of await readdir(from).catch(() => [] as string[])) {
    if (name !== pointerName) await rm(join(from, name), { recursive: true, force: true });
  }
  await rm(join(home, pointerName), { force: true });
  await rm(mark, { recursive: true, force: true });
}

/** Of moves from here that were killed while they wrote theirs. */
async function removeHalfPointers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.startsWith(`${pointerName}.`)) await rm(join(home, name), { force: true });
  }
}

/** The folder that moved here; `undefined` unless its pointer says so. */
async function cameFrom(mark: string): Promise<string | undefined> {
  try {
    const { from } = JSON.parse(await readFile(join(mark, 'from.json'), 'utf8')) as { from: string };
    const { to } = JSON.parse(await readFile(join(from, pointerName), 'utf8')) as { to: string };
    return to === dirname(mark) ? from : undefined;
  } catch {
    return undefined;
  }
}

async function storeBytes(home: string): Promise<number> {
  const found = await stat(join(home, 'convolab.sqlite')).catch(() => undefined);
  return found?.size ?? 0;
}
