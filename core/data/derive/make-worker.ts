import { parentPort, workerData } from 'node:worker_threads';
import { ConvolabError, type ErrorJson } from '../../contract/errors.ts';
import { makeDerived } from './make.ts';
import type { Reference } from './section.ts';

/** What a thread that derives a set is given. */
export interface MakeJob {
  readonly reference: Reference;
  readonly home: string;
}

/** What it says on the way; the last is `made` or `failed`. */
export type MakeMessage =
  | { readonly type: 'begun'; readonly folder: string }
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'made'; readonly folder: string }
  | { readonly type: 'failed'; readonly error: ErrorJson };

/** Milliseconds between two words of progress. */
const progressEvery = 200;

const send = (message: MakeMessage) => parentPort?.postMessage(message);

async function run({ reference, home }: MakeJob): Promise<void> {
  let told = 0;
  try {
    const folder = await makeDerived(reference, home, {
      begun: (made) => send({ type: 'begun', folder: made }),
      onProgress(done, total) {
        if (performance.now() - told < progressEvery) return;
        told = performance.now();
        send({ type: 'progress', done, total });
      },
    });
    send({ type: 'made', folder });
  } catch (thrown) {
    send({ type: 'failed', error: ConvolabError.from(thrown).toJSON() });
  }
}

void run(workerData as MakeJob);
