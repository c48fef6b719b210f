import { ConvolabError } from '../../contract/errors.ts';

/** What an archive may come to; more is an attack on the disk, or another archive than the one expected. */
export interface ArchiveLimits {
  readonly bytes: number;
  readonly files: number;
}

/** Archives in archives, headers and files that nobody asked for are unpacked too, if not written. */
const unpackedPerWritten = 3;

/** Counts what comes out of an archive, and of those inside it, against one limit. */
export class Budget {
  readonly #archive: string;
  readonly #limits: ArchiveLimits;
  #files = 0;
  #unpacked = 0;
  #written = 0;

  constructor(archive: string, limits: ArchiveLimits) {
    this.#archive = archive;
    this.#limits = limits;
  }

  /** Throws `archive.unsafe`. */
  addFile(): void {
    this.#files++;
    if (this.#files > this.#limits.files) this.#refuse(`${this.#limits.files} files`);
  }

  /** Bytes out of a decompressor. Throws `archive.unsafe`. */
  addUnpacked(bytes: number): void {
    this.#unpacked += bytes;
    const most = this.#limits.bytes * unpackedPerWritten;
    if (this.#unpacked > most) this.#refuse(`${most} bytes`);
  }

  /** Bytes for the disk. Throws `archive.unsafe`. */
  addWritten(bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#limits.bytes) this.#refuse(`${this.#limits.bytes} bytes`);
  }

  #refuse(limit: string): never {
    throw unsafe(this.#archive, `comes to more than ${limit}`);
  }
}

/** An archive that would write where or what it must not. */
export function unsafe(archive: string, fact: string): ConvolabError {
  return new ConvolabError('archive.unsafe', `${archive} ${fact}. Nothing of it was kept.`, {
    subject: archive,
    hint: 'It is not the archive that its makers publish: fetch it anew from their page.',
  });
}

/** An archive that cannot be read to its end. */
export function brokenArchive(archive: string, cause: unknown): ConvolabError {
  if (cause instanceof ConvolabError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConvolabError(
    'archive.damaged',
    `${archive} is damaged: ${reason.replace(/\.$/, '')}.`,
    { subject: archive, hint: 'Fetch it anew.' },
    { cause },
  );
}
