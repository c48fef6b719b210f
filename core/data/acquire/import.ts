import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { makeFolders } from '../../export/folders.ts';
import { archiveKind } from '../archive/unpack.ts';
import type { DatasetDefinition, RemoteFile, StoredSet, VerificationReport } from '../dataset.ts';
import { matches } from '../download/file.ts';
import { integrityChecksum } from '../download/npm-package.ts';
import { unreadable } from '../faults.ts';
import { Meter, type Watching } from '../progress.ts';
import { stoppable } from './acquire.ts';
import { limitsOf, takeFile, takeFolder } from './fill.ts';
import { withIncoming } from './incoming.ts';
import { unpackNpm } from './npm-archive.ts';
import { publish } from './publish.ts';

/**
 * Takes a copy of a data set from files of the user: folders of its files, the archives that its makers publish, or
 * both. A copy that cannot be used changes nothing.
 * @throws `argument.invalid`, `dataset.damaged`, `dataset.missing`, `dataset.busy`, `archive.*`, `file.unreadable`,
 * `disk.full`, `file.unwritable`, `download.stopped`
 */
export async function importDataset(
  definition: DatasetDefinition,
  home: string,
  paths: readonly string[],
  watching: Watching = {},
): Promise<VerificationReport> {
  const { name, title, stored } = definition;
  if (stored === undefined) {
    throw new ConvolabError('argument.invalid', `${title} is made by Convolab; there is nothing to import.`, {
      subject: name,
      hint: 'Choose another data set.',
    });
  }
  const work = () =>
    withIncoming(home, name, async (incoming) => {
      const meter = new Meter(watching.onProgress);
      makeFolders(incoming.staging);
      try {
        const official = await take(definition, stored, paths, incoming.staging, meter, watching);
        const origin = { source: paths.join(' '), official };
        return await publish(definition, home, incoming, origin, meter, watching);
      } finally {
        meter.end();
        await rm(incoming.staging, { recursive: true, force: true });
      }
    });
  return stoppable(watching.signal, name, work, { keeps: false });
}

/** Fills the staging folder. True where all of it came out of the very files that the set's makers publish. */
async function take(
  definition: DatasetDefinition,
  stored: StoredSet,
  paths: readonly string[],
  staging: string,
  meter: Meter,
  { signal }: Watching,
): Promise<boolean> {
  const fill = { target: staging, place: stored.place, limits: limitsOf(definition), signal };
  const expected = new Map(
    definition.sources
      .flatMap((source) => (source.kind === 'web' ? source.files : []))
      .map((file) => [file.name, file] as const),
  );
  const known = new Set(expected.keys());
  for (const path of paths) {
    const found = await stat(path).catch((cause) => Promise.reject(unreadable(path, cause)));
    if (found.isDirectory()) {
      meter.begin('unpacking', null);
      await takeFolder(path, fill);
      continue;
    }
    meter.begin('unpacking', found.size);
    meter.file(basename(path));
    if (await isNpmArchive(definition, path)) {
      await unpackNpm(path, stored, fill, meter);
      return false;
    }
    if (stored.place(basename(path)) === null && archiveKind(path) === null) throw noPart(definition, path);
    if (await isPublished(expected.get(basename(path)), path)) known.delete(basename(path));
    await takeFile(path, basename(path), { ...fill, onRead: meter.adding() });
  }
  return known.size === 0 && expected.size > 0;
}

async function isPublished(file: RemoteFile | undefined, path: string): Promise<boolean> {
  return file?.checksum ? matches(file.checksum, path) : false;
}

async function isNpmArchive({ sources }: DatasetDefinition, path: string): Promise<boolean> {
  for (const source of sources) {
    if (source.kind === 'npm' && (await matches(integrityChecksum(source.integrity), path))) return true;
  }
  return false;
}

function noPart({ title, sources }: DatasetDefinition, path: string): ConvolabError {
  const files = sources.flatMap((source) =>
    source.kind === 'web' ? source.files.map(({ name }) => name) : [],
  );
  return new ConvolabError('argument.invalid', `${path} is neither an archive nor a file of ${title}.`, {
    subject: path,
    hint: `Bring ${files.join(', ')}, or a folder with what they hold.`,
  });
}
