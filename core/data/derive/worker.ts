import { parentPort, workerData } from 'node:worker_threads';
import { ConvolabError, type ErrorJson } from '../../contract/errors.ts';
import { describeDerived, labelsOfDerived, type TrainingSetDescription } from './describe.ts';
import { makeDerived, type OnDeriving } from './make.ts';
import type { Reference } from './section.ts';

/** What a thread can be asked for, and what comes of it. */
export interface Tasks {
  /** The folder of the set, which is made where it is not there yet. */
  readonly make: string;
  readonly describe: TrainingSetDescription;
  readonly labels: Int32Array | null;
}

/** What a thread that works on derived sets is given. */
export interface ThreadJob {
  readonly task: keyof Tasks;
  readonly reference: Reference;
  readonly home: string;
}

/** What it says on the way; the last is `done` or `failed`. */
export type ThreadMessage =
  | { readonly type: 'begun'; readonly folder: string }
  | { readonly type: 'progress'; readonly of: Parameters<OnDeriving> }
  | { readonly type: 'done'; readonly result: Tasks[keyof Tasks] }
  | { readonly type: 'failed'; readonly error: ErrorJson };

/** Milliseconds between two words of progress. */
const progressEvery = 200;

const send = (message: ThreadMessage) => parentPort?.postMessage(message);

function work({ task, reference, home }: ThreadJob): Promise<Tasks[keyof Tasks]> {
  if (task === 'describe') return describeDerived(reference, home);
  if (task === 'labels') return labelsOfDerived(reference, home);
  let told = 0;
  return makeDerived(reference, home, {
    begun: (folder) => send({ type: 'begun', folder }),
    onProgress(...of) {
      if (performance.now() - told < progressEvery) return;
      told = performance.now();
      send({ type: 'progress', of });
    },
  });
}

work(workerData as ThreadJob).then(
  (result) => send({ type: 'done', result }),
  (thrown) => send({ type: 'failed', error: ConvolabError.from(thrown).toJSON() }),
);
