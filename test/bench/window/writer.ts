import { argv, stdout } from 'node:process';
import type { MetricPoint } from '../../../core/contract/events.ts';
import { newRun } from '../../../core/engine/new-run.ts';
import { openStore } from '../../../core/store/store.ts';
import { expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { claimNext } from '../../support/store.ts';

/**
 * `writer.ts <home> <rows a second>`: writes points of four running runs, three metrics each, until it is told to end. Prints the ids
 * of its runs, then every second how many rows are on disk. A rate of Infinity means as fast as it can.
 */
const [home = '', rate = 'Infinity'] = argv.slice(2);
const store = openStore(home);
const owner = store.owners.register();
const metrics = ['train/loss', 'train/accuracy', 'train/rate'];
const config = {
  version: 1,
  name: 'written',
  dataset: { name: 'mnist' },
  model: { preset: 'lenet-5' },
  train: { epochs: 100_000 },
  seeds: [1, 2, 3, 4],
};
// As one step: no engine may come between and train them.
const runs = store.transaction(() => {
  const experiment = store.experiments.create(config.name, config);
  const made = store.runs.create(experiment, expandExperiment(parseExperiment({ config })).map(newRun));
  return made.map(() => claimNext(store, owner).run);
});
stdout.write(`${runs.join(',')}\n`);

const atOnce = Number.isFinite(Number(rate)) ? 20 : 500;
let step = 0;
let rows = 0;
let told = performance.now();
const begin = told;
let ending = false;
process.on('SIGTERM', () => {
  ending = true;
});
while (!ending) {
  for (const run of runs) {
    const points: MetricPoint[] = [];
    for (const [place, metric] of metrics.entries()) {
      for (let at = step; at < step + atOnce; at++) {
        points.push({
          run,
          metric,
          step: at,
          epoch: at / 100,
          seconds: at / 50,
          value: (1 + place) / (1 + at),
        });
      }
    }
    store.transaction(() => {
      store.metrics.append(points);
      const epoch = step / 100;
      store.runs.progress(run, owner, { epoch, step: step + atOnce, seconds: step / 50, imagesPerSecond: 1 });
    });
    rows += points.length;
  }
  step += atOnce;
  store.owners.beat(owner);
  if (performance.now() - told >= 1000) {
    stdout.write(`${rows}\n`);
    told = performance.now();
  }
  const due = begin + (1000 * rows) / Number(rate);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
for (const run of runs) store.runs.transition(run, 'stopped');
store.close();
