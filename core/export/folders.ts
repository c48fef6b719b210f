import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder with all that lead to it; one that is there stays as it is. Folder by folder, because Node's own
 * `recursive` never returns where a parent is there and takes no folder (Linux's `/proc`).
 * @throws the operating system's error
 */
export function makeFolders(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path);
  } catch (thrown) {
    // Another process may have been quicker.
    if (!isFolder(path)) throw thrown;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // A file on the way: making the folder below it says so.
    return false;
  }
}
