import { parentPort, workerData } from 'node:worker_threads';
import { type BootstrapPair, bootstrapIntervals } from './bootstrap.ts';

/** Entry of the thread that `bootstrapInThread` starts: draws, answers once, ends. */
parentPort?.postMessage(bootstrapIntervals(workerData as readonly BootstrapPair[]));
