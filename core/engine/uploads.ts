import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConvolabError } from '../contract/errors.ts';
import { checkEntryPath } from '../data/archive/paths.ts';
import { writeError } from '../export/atomic-file.ts';
import { makeFolders } from '../export/folders.ts';

export interface UploadPart {
  readonly path: string;
  readonly offset: number;
  /** Base64. */
  readonly data: string;
}

/** What folders are called in which not everything has arrived. */
const arriving = '.arriving-';

/**
 * Files that a window without paths sends: `<home>/uploads/<name>/...`. They arrive under a name that says that they are
 * not all there, so that nothing half-sent is ever taken for a data set.
 */
export class Uploads {
  readonly #folder: string;
  /** Folder of each upload under way. */
  readonly #underWay = new Map<string, string>();

  constructor(home: string) {
    this.#folder = join(home, 'uploads');
  }

  /**
   * @param bytes that will come
   * @throws `disk.full`, `file.unwritable`
   */
  async begin(bytes: number): Promise<{ upload: string; folder: string }> {
    const upload = randomBytes(8).toString('hex');
    const folder = join(this.#folder, arriving + upload);
    try {
      makeFolders(folder);
    } catch (cause) {
      throw writeError(folder, cause);
    }
    const { bavail, bsize } = await statfs(folder);
    if (bytes > bavail * bsize) {
      await rm(folder, { recursive: true, force: true });
      throw new ConvolabError('disk.full', `There is no room for these files in ${this.#folder}.`, {
        subject: this.#folder,
        hint: 'Free some space on its disk, or move the data folder to a larger one in the settings.',
      });
    }
    this.#underWay.set(upload, folder);
    return { upload, folder };
  }

  /** @throws `archive.unsafe` for a path that leads out of the folder; `argument.invalid`, `disk.full`, `file.unwritable` */
  async write(upload: string, parts: readonly UploadPart[]): Promise<void> {
    const folder = this.#find(upload);
    for (const { path, offset, data } of parts) {
      const target = join(folder, checkEntryPath('The upload', path));
      try {
        makeFolders(dirname(target));
        const file = await open(target, offset === 0 ? 'w' : 'r+');
        try {
          await file.write(Buffer.from(data, 'base64'), 0, null, offset);
        } finally {
          await file.close();
        }
      } catch (cause) {
        throw writeError(target, cause);
      }
    }
  }

  /** Everything has arrived: from now on it is a folder like any other. Returns it. */
  async keep(upload: string, name: string): Promise<string> {
    const folder = this.#freeName(name);
    await rename(this.#find(upload), folder);
    this.#underWay.delete(upload);
    return folder;
  }

  /** Removes an upload, whether all of it has arrived or not. */
  async discard(upload: string): Promise<void> {
    const folder = this.#find(upload);
    this.#underWay.delete(upload);
    await rm(folder, { recursive: true, force: true });
  }

  /** Removes what an ended engine was being sent. */
  async recover(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      if (!name.startsWith(arriving) || this.#underWay.has(name.slice(arriving.length))) continue;
      await rm(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  #find(upload: string): string {
    const found = this.#underWay.get(upload);
    if (found) return found;
    throw new ConvolabError('argument.invalid', `There is no upload "${upload}".`, {
      subject: upload,
      hint: 'The engine was started anew since it began; send the files again.',
    });
  }

  /** `flowers`, else `flowers-2`, ... */
  #freeName(name: string): string {
    const plain = name.replace(/[^\p{L}\p{N} ._-]+/gu, '-').replace(/^[. ]+|[. ]+$/g, '') || 'files';
    for (let number = 1; ; number++) {
      const candidate = join(this.#folder, number === 1 ? plain : `${plain}-${number}`);
      if (!existsSync(candidate)) return candidate;
    }
  }
}
