import { argv, stdout } from 'node:process';
import { openStore } from '../../core/store/store.ts';
import { claimNext, queueRuns } from './store.ts';

/**
 * A process that writes to a store until it is killed, or for as many batches as it is told:
 * `store-writer.ts <home> [batches]`. Prints the run's id, then the last step that is on disk, a line each.
 */
const [home = '', batches = 'Infinity'] = argv.slice(2);
const store = openStore(home);
const owner = store.owners.register();
queueRuns(store, `writer ${process.pid}`);
const { run } = claimNext(store, owner);
stdout.write(`${run}\n`);
for (let batch = 0; batch < Number(batches); batch++) {
  const points = Array.from({ length: 100 }, (_, index) => {
    const step = batch * 100 + index;
    return {
      run,
      metric: 'train/loss',
      step,
      epoch: step / 1000,
      seconds: step / 100,
      value: 1 / (step + 1),
    };
  });
  store.metrics.append(points);
  store.owners.beat(owner);
  stdout.write(`${batch * 100 + 99}\n`);
}
store.close();
