import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { writeError, writeFileAtomic } from '../../export/atomic-file.ts';

/** What the bytes of a part were: only then can the rest be asked for. */
const originSchema = z.strictObject({
  url: z.string(),
  /** A strong ETag, else the date of the last change; `null` where the server gave neither. */
  validator: z.string().nullable(),
});
export type Origin = Readonly<z.infer<typeof originSchema>>;

/** The part of a file that has arrived, kept over restarts: `<path>.part`, and beside it where it came from. */
export class Part {
  readonly path: string;
  readonly #record: string;
  #file: FileHandle | undefined;
  #bytes = 0;
  #origin: Origin | undefined;

  constructor(path: string) {
    this.path = `${path}.part`;
    this.#record = `${path}.part.json`;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get origin(): Origin | undefined {
    return this.#origin;
  }

  /** Finds what an earlier try left. Throws `file.unwritable`. */
  async open(): Promise<void> {
    try {
      this.#file = await open(this.path, 'a+');
      this.#bytes = (await this.#file.stat()).size;
      this.#origin = await this.#readOrigin();
    } catch (cause) {
      throw writeError(this.path, cause);
    }
  }

  async #readOrigin(): Promise<Origin | undefined> {
    try {
      return originSchema.parse(JSON.parse(await readFile(this.#record, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** Throws `disk.full`, `file.unwritable`. */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      await this.#handle.appendFile(chunk);
    } catch (cause) {
      throw writeError(this.path, cause);
    }
    this.#bytes += chunk.length;
  }

  /** Forgets the bytes, and notes whose will come next. Throws `disk.full`, `file.unwritable`. */
  async restart(origin: Origin): Promise<void> {
    await this.clear();
    await writeFileAtomic(this.#record, [JSON.stringify(origin)]);
    this.#origin = origin;
  }

  async clear(): Promise<void> {
    await rm(this.#record, { force: true });
    await this.#handle.truncate(0);
    this.#bytes = 0;
    this.#origin = undefined;
  }

  /** Makes the bytes last. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#bytes === 0) await rm(this.path, { force: true });
  }

  /** The file is whole and has its own name now. */
  async forget(): Promise<void> {
    await rm(this.#record, { force: true });
  }

  get #handle(): FileHandle {
    if (this.#file === undefined) throw new Error('the part is not open');
    return this.#file;
  }
}
