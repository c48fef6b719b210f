import { Readable } from 'node:stream';
import { createTarDecoder } from 'modern-tar';
import { brokenArchive, unsafe } from './budget.ts';
import { checkEntryPath } from './paths.ts';

export interface TarEntry {
  /** Checked: relative, with `/`, leading nowhere else. */
  readonly path: string;
  readonly bytes: number;
  /** To be read whole, or not at all, before the visit ends. */
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Visits the files of a tar archive one after the other, as they come.
 * @param archive what to call it in errors
 * @throws `archive.damaged`; `archive.unsafe` also for links and devices, which no data set has; what `visit` throws
 */
export async function readTar(
  archive: string,
  source: AsyncIterable<Uint8Array>,
  visit: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const decoder = createTarDecoder({ strict: true });
  let failure: unknown;
  const fed = (Readable.toWeb(Readable.from(source)) as ReadableStream<Uint8Array>)
    .pipeTo(decoder.writable)
    .catch((cause: unknown) => {
      failure ??= cause;
    });
  try {
    for await (const { header, body } of decoder.readable) {
      if (header.type !== 'directory' && header.type !== 'file') {
        throw unsafe(archive, `holds ${JSON.stringify(header.name.slice(0, 200))}, a ${header.type}`);
      }
      if (header.type === 'directory') continue;
      await visit({ path: checkEntryPath(archive, header.name), bytes: header.size, body });
      if (!body.locked) await drain(body);
    }
  } catch (cause) {
    throw brokenArchive(archive, cause);
  } finally {
    await fed;
  }
  if (failure !== undefined) throw brokenArchive(archive, failure);
}

/** Cancelling one would end the next one's body too, which the decoder may have begun. */
async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  await body.pipeTo(new WritableStream());
}
