import { parseArgs } from 'node:util';
import { openStore } from '../../core/store/store.ts';
import { dense, fillStore, sparse } from '../support/filled-store.ts';

/**
 * `node test/bench/fill.ts --home folder [--dense]`: a new data folder with 1,000 runs, to look at or to measure with. Dense ones have
 * 20 metrics of 1,000 points each, and take a minute or two.
 */
const { values } = parseArgs({
  options: { home: { type: 'string' }, dense: { type: 'boolean', default: false } },
});
if (values.home === undefined) throw new Error('--home says where.');
const filling = values.dense ? dense : sparse;
const store = openStore(values.home);
const begin = performance.now();
fillStore(store, filling, (runs) => {
  if (runs % 100 === 0) console.log(`${runs} of ${filling.runs} runs`);
});
const seconds = (performance.now() - begin) / 1000;
console.log(`${(store.bytes() / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s: ${values.home}`);
store.close();
