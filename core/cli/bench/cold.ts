import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChosenDevice } from '../../backends/choice.ts';
import { ConvolabError, type ErrorJson } from '../../contract/errors.ts';
import { WorkerProcess, workerEntry } from '../../pool/worker-process.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../train/experiment.ts';
import { findPresetExperiment } from '../../train/preset-experiments.ts';
import { whole } from '../format.ts';
import type { Output } from '../output.ts';
import { median } from './results.ts';

/** Odd, so that one of them is the median. */
const rounds = 9;
/** Milliseconds; no more are wanted. */
const wanted = 300;

interface Place {
  /** Data folder. */
  readonly home: string;
  readonly device: ChosenDevice;
  readonly threads: number;
}

/**
 * How long a run's own process takes from its start, with Node's, to the report of the first batch of LeNet-5 on MNIST: loading
 * code, reading and checking all 70,000 images, their mean and deviation, compiling the network, one step. Files are in
 * the system's cache. Returns the exit code: 1 where it takes longer than is wanted.
 */
export async function showColdStart(output: Output, place: Place): Promise<number> {
  const preset = await findPresetExperiment('lenet-5');
  const [config] = expandExperiment(parseExperiment({ config: preset })) as [RunConfig];
  const folder = await mkdtemp(join(tmpdir(), 'convolab-bench-'));
  try {
    // Whoever runs a first one fills the system's cache of files.
    await firstBatch(config, folder, place);
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const milliseconds = await firstBatch(config, folder, place);
      times.push(milliseconds);
      output.object({ event: 'round', round, milliseconds });
    }
    const milliseconds = median(times);
    const [fastest, slowest] = [Math.min(...times), Math.max(...times)];
    output.object({ cold: { dataset: 'mnist', milliseconds, fastest, slowest, wanted, rounds } });
    output.text(
      `MNIST from a cold start to the first batch, median of ${rounds}: ${whole(milliseconds)} ms ` +
        `(${whole(fastest)} to ${whole(slowest)}), at most ${wanted} ms are wanted`,
    );
    return milliseconds <= wanted ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds until a worker process, started now, tells of its first batch. Rejects with what it failed of. */
function firstBatch(config: RunConfig, folder: string, { home, device, threads }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let took: number | null = null;
    let error = new ConvolabError('worker.lost', 'The worker ended before its first batch.');
    const job = { run: 'bench', home, folder, config, device, threads, checkpoint: null };
    const worker = new WorkerProcess(workerEntry, job, {
      message(message) {
        if (message.type === 'failed') error = ConvolabError.fromJSON(message.error as ErrorJson);
        if (message.type !== 'report') return;
        took ??= performance.now() - began;
        worker.kill();
      },
      exit: () => (took === null ? reject(error) : resolve(took)),
    });
  });
}
