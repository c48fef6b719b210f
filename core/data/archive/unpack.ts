import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ConvolabError } from '../../contract/errors.ts';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { type ArchiveLimits, Budget, brokenArchive, unsafe } from './budget.ts';
import { readTar } from './tar.ts';
import { readZip } from './zip.ts';

export interface UnpackOptions {
  /** Folder that is filled; files that are there already are never written over. */
  readonly target: string;
  /** Where in it a file goes, by its path in the archive; `null` where it is not wanted. */
  place(path: string): string | null;
  readonly limits: ArchiveLimits;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the archive that were read since the last call. */
  onRead?(bytes: number): void;
}

type Kind = 'zip' | 'tar' | 'tar.gz' | 'gz';

/** What a file's name says it is; `null` for anything but an archive. */
export function archiveKind(name: string): Kind | null {
  const lower = name.toLowerCase();
  if (lower.endsWith('.tar.gz') || lower.endsWith('.tgz')) return 'tar.gz';
  const ending = /\.(zip|tar|gz)$/.exec(lower)?.[1];
  return (ending as Kind | undefined) ?? null;
}

/** Archives in an archive in an archive: nobody publishes these. */
const deepest = 3;

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Puts the wanted files of an archive into a folder, as a stream: neither the archive nor a file of it is ever whole in
 * memory, and archives inside it are unpacked on the way.
 * @throws `archive.damaged`, `archive.unsafe`, `disk.full`, `file.unwritable`, `file.unreadable`; the signal's reason
 */
export async function unpack(archive: string, options: UnpackOptions): Promise<void> {
  const job = new Unpacking(basename(archive), options);
  try {
    if (archiveKind(archive) === 'zip') await job.zip(archive);
    else await job.file(archive);
  } catch (thrown) {
    options.signal?.throwIfAborted();
    throw brokenArchive(archive, thrown);
  }
}

class Unpacking {
  readonly #name: string;
  readonly #options: UnpackOptions;
  readonly #budget: Budget;

  constructor(name: string, options: UnpackOptions) {
    this.#name = name;
    this.#options = options;
    this.#budget = new Budget(name, options.limits);
  }

  async zip(archive: string): Promise<void> {
    const { limits, onRead, signal } = this.#options;
    await readZip(archive, limits, async ({ path, packedBytes, open }) => {
      signal?.throwIfAborted();
      const stream = await open();
      await this.#entry(path, stream, 1);
      stream.destroy();
      onRead?.(packedBytes);
    });
  }

  /** An archive that is read from its beginning to its end. */
  async file(archive: string): Promise<void> {
    const stream = createReadStream(archive, { highWaterMark: 1 << 18 });
    await this.#run(stream, (chunks: Chunks) => this.#open(this.#name, this.#counted(chunks), 0));
  }

  async *#counted(chunks: Chunks): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#options.onRead?.(chunk.length);
      yield chunk;
    }
  }

  /** A file that is wanted is written; an archive that is not is looked into. */
  #entry(path: string, content: Chunks, depth: number): Promise<void> {
    const place = this.#options.place(path);
    return place === null ? this.#open(path, content, depth) : this.#write(place, content);
  }

  async #open(path: string, content: Chunks, depth: number): Promise<void> {
    const kind = archiveKind(path);
    // macOS puts `._name` beside a file: what it knows of it, under the same ending.
    if (kind === null || kind === 'zip' || posix.basename(path).startsWith('._')) return;
    if (depth >= deepest) throw unsafe(this.#name, 'holds archives in archives in archives');
    if (kind === 'tar') return this.#tar(path, content, depth);
    await this.#run(content, createGunzip({ chunkSize: 1 << 18 }), (chunks: Chunks) => {
      const unpacked = this.#limited(chunks);
      if (kind === 'tar.gz') return this.#tar(path, unpacked, depth);
      return this.#entry(path.slice(0, -'.gz'.length), unpacked, depth + 1);
    });
  }

  #tar(path: string, content: Chunks, depth: number): Promise<void> {
    return readTar(basename(path), content, async (entry) => {
      this.#budget.addFile();
      this.#options.signal?.throwIfAborted();
      await this.#entry(entry.path, entry.body as unknown as Chunks, depth + 1);
    });
  }

  async *#limited(chunks: Chunks): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#budget.addUnpacked(chunk.length);
      yield chunk;
    }
  }

  async #write(place: string, content: Chunks): Promise<void> {
    const path = join(this.#options.target, ...place.split('/'));
    try {
      makeFolders(dirname(path));
      const file = await open(path, 'wx');
      try {
        for await (const chunk of content) {
          this.#budget.addWritten(chunk.length);
          await file.writeFile(chunk);
        }
      } finally {
        await file.close();
      }
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw unsafe(this.#name, `names ${JSON.stringify(place)} twice`);
      throw code === undefined || cause instanceof ConvolabError ? cause : writeError(path, cause);
    }
  }

  async #run(...stages: unknown[]): Promise<void> {
    const { signal } = this.#options;
    await (pipeline as (...all: unknown[]) => Promise<void>)(...stages, ...(signal ? [{ signal }] : []));
  }
}

/** Bytes of an archive on disk, for progress. Throws `file.unreadable`. */
export async function archiveBytes(path: string): Promise<number> {
  return (await stat(path)).size;
}
