import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import { endThread } from '../end-thread.ts';
import type { DecodeAnswer, DecodedFile, EncodedImage, Fit, ToDecoder } from './job.ts';

/** Images in one message to a thread: enough to hide the way there and back, few enough to share out evenly. */
const imagesPerJob = 8;

interface Waiting {
  readonly thread: Worker;
  resolve(images: readonly DecodedFile[]): void;
  reject(error: Error): void;
}

const closed = () =>
  new ConvolabError('dataset.busy', 'The images were closed while they were read.', {
    hint: 'Look at the data set again.',
  });

/** Threads that decode images and bring them to one size, off the caller's thread. To be closed. */
export class DecodePool {
  readonly #threads: Worker[];
  readonly #waiting = new Map<number, Waiting>();
  #jobs = 0;

  /** @param threads by default one per core */
  constructor(threads = availableParallelism()) {
    this.#threads = Array.from({ length: threads }, () => this.#start());
  }

  #start(): Worker {
    const thread = new Worker(new URL('./decode-worker.ts', import.meta.url));
    thread.on('message', ({ id, images }: DecodeAnswer) => {
      this.#waiting.get(id)?.resolve(images);
      this.#waiting.delete(id);
    });
    thread.on('error', (error) => this.#lost(thread, error));
    return thread;
  }

  #lost(thread: Worker, error: unknown): void {
    const cause = ConvolabError.from(error);
    for (const [id, waiting] of this.#waiting) {
      if (waiting.thread !== thread) continue;
      this.#waiting.delete(id);
      waiting.reject(cause);
    }
  }

  /** Decodes images, in order; each comes back as [3, height, width] or as the error that it met. */
  async decode(images: readonly EncodedImage[], fit: Fit): Promise<DecodedFile[]> {
    const parts: Promise<readonly DecodedFile[]>[] = [];
    for (let at = 0; at < images.length; at += imagesPerJob) {
      parts.push(this.#send(images.slice(at, at + imagesPerJob), fit));
    }
    return (await Promise.all(parts)).flat();
  }

  #send(images: readonly EncodedImage[], fit: Fit): Promise<readonly DecodedFile[]> {
    const id = this.#jobs++;
    const thread = this.#threads[id % this.#threads.length] as Worker;
    const job: ToDecoder = { id, images, fit };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { thread, resolve, reject });
      thread.postMessage(job);
    });
  }

  /** What is still waited for is rejected with `dataset.busy`. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.values()) reject(closed());
    this.#waiting.clear();
    for (const thread of this.#threads) thread.postMessage({ end: true } satisfies ToDecoder);
    await Promise.all(this.#threads.map(endThread));
  }
}
