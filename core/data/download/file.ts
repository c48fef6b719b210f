import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConvolabError } from '../../contract/errors.ts';
import type { Checksum, RemoteFile } from '../dataset.ts';
import { Part } from './part.ts';
import { connectionFailure, get, RequestFailure } from './request.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are here, and of the whole file where that is known. */
  onProgress?(done: number, total: number | null): void;
  readonly patience?: Patience;
}

/** How long a server is borne with. */
export interface Patience {
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idle: number;
  /** Milliseconds before each further try that brought nothing; as many tries as there are entries. */
  readonly delays: readonly number[];
}

const usualPatience: Patience = { idle: 30_000, delays: [500, 1000, 2000, 4000] };

/**
 * Fetches a file to `path`: from its mirrors in order, going on where an earlier try, or an earlier start of the
 * program, ended. The file has its name only when its length and its checksum are right.
 * @throws `download.failed` with what every mirror said; `disk.full`, `file.unwritable`; the signal's reason
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions = {}): Promise<void> {
  if (await isComplete(file, path)) {
    options.onProgress?.((await stat(path)).size, file.bytes);
    return;
  }
  const part = new Part(path);
  await part.open();
  const failures: string[] = [];
  try {
    for (const url of file.urls) {
      const failure = await new Mirror(file, url, part, options).fetch();
      if (failure === null) {
        await part.sync();
        await part.close();
        await rename(part.path, path);
        await part.forget();
        return;
      }
      failures.push(failure);
    }
  } finally {
    await part.close();
  }
  throw new ConvolabError(
    'download.failed',
    `${file.name} could not be fetched: ${[...new Set(failures)].join('; ')}.`,
    {
      subject: file.name,
      hint: 'Try again later: what has arrived is kept.',
    },
  );
}

/** True where the whole file lies at `path` already. */
export async function isComplete(file: RemoteFile, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  if (file.bytes !== null && found.size !== file.bytes) return false;
  return file.checksum === null ? file.bytes !== null : matches(file.checksum, path);
}

/** Whether a file has the sum that it should have. */
export async function matches({ algorithm, hex }: Checksum, path: string): Promise<boolean> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex') === hex;
}

/** One place that a file can be had from. */
class Mirror {
  readonly #file: RemoteFile;
  readonly #url: string;
  readonly #part: Part;
  readonly #options: DownloadOptions;
  readonly #patience: Patience;
  /** Length that the server tells, where nobody published one. */
  #announced: number | null = null;

  constructor(file: RemoteFile, url: string, part: Part, options: DownloadOptions) {
    this.#file = file;
    this.#url = url;
    this.#part = part;
    this.#options = options;
    this.#patience = options.patience ?? usualPatience;
  }

  /** `null` once the part is the file; else why this mirror is of no use. */
  async fetch(): Promise<string | null> {
    let idleTries = 0;
    let wrongSums = 0;
    let furthest = this.#part.bytes;
    while (true) {
      const failure = await this.#try();
      if (failure === null) {
        if (await this.#isRight()) return null;
        await this.#part.clear();
        wrongSums++;
        // Bytes of two files glued together, or a bit lost on the way; the same twice is another file.
        if (wrongSums > 1) return `${new URL(this.#url).host} sends another file (its checksum is wrong)`;
        continue;
      }
      if (failure.lasting) return failure.message;
      idleTries = this.#part.bytes > furthest ? 0 : idleTries + 1;
      furthest = Math.max(furthest, this.#part.bytes);
      const delay = this.#patience.delays[Math.max(0, idleTries - 1)];
      if (delay === undefined) return failure.message;
      await sleep(failure.retryAfter ?? delay, undefined, this.#signalOption).catch(() => undefined);
      this.#options.signal?.throwIfAborted();
    }
  }

  async #isRight(): Promise<boolean> {
    const { checksum } = this.#file;
    await this.#part.sync();
    return checksum === null || matches(checksum, this.#part.path);
  }

  get #total(): number | null {
    return this.#file.bytes ?? this.#announced;
  }

  get #signalOption(): { signal?: AbortSignal } {
    return this.#options.signal ? { signal: this.#options.signal } : {};
  }

  async #try(): Promise<RequestFailure | null> {
    const url = new URL(this.#url);
    try {
      if (!this.#canGoOn()) await this.#part.clear();
      if (this.#part.bytes > 0 && this.#part.bytes === this.#file.bytes) return null;
      const response = await get(this.#url, {
        headers: this.#headers(),
        signal: this.#options.signal,
        idle: this.#patience.idle,
      });
      try {
        await this.#accept(response, url);
        await this.#receive(response, url);
      } finally {
        response.destroy();
      }
      return null;
    } catch (thrown) {
      this.#options.signal?.throwIfAborted();
      if (thrown instanceof ConvolabError) throw thrown;
      return connectionFailure(url, thrown);
    }
  }

  /** Whether what is here can be the beginning of what this mirror has. */
  #canGoOn(): boolean {
    const { bytes, origin } = this.#part;
    if (bytes === 0) return true;
    if (this.#file.bytes !== null && bytes > this.#file.bytes) return false;
    if (origin === undefined) return false;
    // Another mirror's bytes will do where a checksum will tell whether they did.
    return origin.url === this.#url ? origin.validator !== null || this.#isChecked : this.#isChecked;
  }

  get #isChecked(): boolean {
    return this.#file.checksum !== null;
  }

  #headers(): Record<string, string> {
    const { bytes, origin } = this.#part;
    if (bytes === 0) return {};
    const condition = origin?.url === this.#url ? origin.validator : null;
    return { Range: `bytes=${bytes}-`, ...(condition !== null && { 'If-Range': condition }) };
  }

  /** Makes sure that the body continues what is here; else begins anew. */
  async #accept(response: IncomingMessage, url: URL): Promise<void> {
    const status = response.statusCode;
    if (status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '');
      const total = Number(range?.[2]);
      if (Number(range?.[1]) !== this.#part.bytes || !this.#isExpected(total)) {
        await this.#part.clear();
        throw new RequestFailure(`${url.host} sends another range than asked for`, { lasting: false });
      }
      this.#announced = Number.isNaN(total) ? this.#announced : total;
      return;
    }
    if (status === 416) {
      await this.#part.clear();
      throw new RequestFailure(`${url.host} has not as many bytes as were here`, { lasting: false });
    }
    const length = response.headers['content-length'];
    if (length !== undefined && !this.#isExpected(Number(length))) {
      throw new RequestFailure(`${url.host} has a file of ${length} bytes, not of ${this.#file.bytes}`, {
        lasting: true,
      });
    }
    this.#announced = length === undefined ? null : Number(length);
    await this.#part.restart({ url: this.#url, validator: validatorOf(response) });
  }

  #isExpected(length: number): boolean {
    return Number.isNaN(length) || this.#file.bytes === null || length === this.#file.bytes;
  }

  async #receive(response: IncomingMessage, url: URL): Promise<void> {
    this.#options.onProgress?.(this.#part.bytes, this.#total);
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      const total = this.#total;
      if (total !== null && this.#part.bytes + chunk.length > total) {
        await this.#part.clear();
        throw new RequestFailure(`${url.host} sends more than ${total} bytes`, { lasting: true });
      }
      await this.#part.append(chunk);
      this.#options.onProgress?.(this.#part.bytes, total);
    }
    const total = this.#total;
    if (!response.complete || (total !== null && this.#part.bytes < total)) {
      throw new RequestFailure(`${url.host} ended the connection early`, { lasting: false });
    }
  }
}

function validatorOf({ headers }: IncomingMessage): string | null {
  const { etag } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return headers['last-modified'] ?? null;
}
