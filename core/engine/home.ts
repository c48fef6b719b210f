import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { followMoves } from './moving/pointer.ts';

/**
 * The folder of the store, runs and data sets: what was asked for, else `$CONVOLAB_HOME`, else the platform's folder
 * for application data; or wherever that was moved to. An absolute path; nothing is created.
 * @throws `home.unwritable` where it was moved to a folder that is not there
 */
export function homeFolder(requested?: string): string {
  const chosen = requested ?? process.env.CONVOLAB_HOME;
  return followMoves(chosen ? resolve(chosen) : join(applicationData(), 'convolab'));
}

function applicationData(): string {
  switch (process.platform) {
    case 'win32':
      return process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support');
    default:
      return process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  }
}
