import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { type ArchiveLimits, Budget, brokenArchive } from './budget.ts';
import { checkEntryPath } from './paths.ts';

export interface ZipEntry {
  /** Checked: relative, with `/`, leading nowhere else. */
  readonly path: string;
  /** Unpacked, as announced; a file that comes to more or fewer, or has another CRC, is an error of its stream. */
  readonly bytes: number;
  readonly packedBytes: number;
  open(): Promise<Readable>;
}

/**
 * Visits the files of a zip archive one after the other, in the order of its directory.
 * @throws `archive.damaged`, `archive.unsafe`; what `visit` throws
 */
export async function readZip(
  archive: string,
  limits: ArchiveLimits,
  visit: (entry: ZipEntry) => Promise<void>,
): Promise<void> {
  const budget = new Budget(archive, limits);
  const zip = await yauzl
    .openPromise(archive, { autoClose: false })
    .catch((cause) => Promise.reject(brokenArchive(archive, cause)));
  try {
    for await (const entry of entriesOf(zip, archive)) {
      budget.addFile();
      if (entry.fileName.endsWith('/')) continue;
      budget.addUnpacked(entry.uncompressedSize);
      await visit({
        path: checkEntryPath(archive, entry.fileName),
        bytes: entry.uncompressedSize,
        packedBytes: entry.compressedSize,
        open: async () => Readable.from(checkedContent(zip, entry, archive), { objectMode: false }),
      });
    }
  } finally {
    zip.close();
  }
}

/** Its own errors, not those of whoever goes through the entries. */
async function* entriesOf(zip: ZipFile, archive: string): AsyncGenerator<Entry> {
  const entries = zip.eachEntry()[Symbol.asyncIterator]();
  while (true) {
    const next = await entries
      .next()
      .catch((cause: unknown) => Promise.reject(brokenArchive(archive, cause)));
    if (next.done) return;
    yield next.value;
  }
}

async function* checkedContent(zip: ZipFile, entry: Entry, archive: string): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    throw brokenArchive(archive, cause);
  }
  if (sum !== entry.crc32)
    throw brokenArchive(archive, `${entry.fileName} has another CRC-32 than announced`);
}
