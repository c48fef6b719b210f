import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricPoint } from '../../../core/contract/events.ts';
import { openStore, type Store } from '../../../core/store/store.ts';
import { dense, fillStore } from '../../support/filled-store.ts';
import { aRun, claimNext } from '../../support/store.ts';

/** Changes when what the folders below are filled with does. */
const edition = 1;

/** Points of the long series, and where its spike of one step is. */
export const longPoints = 1_000_000;
export const spikeStep = 371_371;
export const longRun = 'a long run';

/**
 * A data folder with a thousand runs of twenty metrics and one with a million points, of one's own. It is filled once and kept in
 * the system's folder for temporary files; each call copies it.
 */
export function copyBigHome(to: string, say: (text: string) => void): void {
  const kept = join(tmpdir(), `convolab-bench-${edition}`);
  if (!existsSync(kept)) {
    const unfinished = `${kept}.${process.pid}`;
    say(`Filling ${kept}, once; a minute or two ...`);
    const store = openStore(unfinished);
    addLongRun(store);
    fillStore(store, dense);
    store.close();
    renameSync(unfinished, kept);
  }
  mkdirSync(to, { recursive: true });
  rmSync(to, { recursive: true });
  cpSync(kept, to, { recursive: true });
}

function addLongRun(store: Store): void {
  const owner = store.owners.register();
  const experiment = store.experiments.create('A million points', {});
  store.runs.create(experiment, [aRun(longRun, { epochs: 1000 })]);
  const { run } = claimNext(store, owner);
  const batch = 50_000;
  for (let start = 0; start < longPoints; start += batch) {
    const points: MetricPoint[] = [];
    for (let step = start; step < start + batch; step++) {
      const value =
        step === spikeStep ? 10 : 0.5 + 0.4 * Math.sin(step / 40_000) + 0.05 * Math.sin(step * 1.7);
      points.push({ run, metric: 'train/loss', step, epoch: step / 1000, seconds: step / 500, value });
    }
    store.metrics.append(points);
  }
  store.runs.progress(run, owner, { epoch: 1000, step: longPoints, seconds: 2000, imagesPerSecond: 30_000 });
  store.runs.transition(run, 'finished');
  store.owners.remove(owner);
}
