import { expect, test } from 'vitest';
import { openStore, type Store } from '../../core/store/store.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { queueRuns, temporaryStore } from '../support/store.ts';

const metric = 'train/loss';
const pointsOf = (run: string, values: ReadonlyMap<number, number | null>) =>
  [...values].map(([step, value]) => ({ run, metric, step, epoch: step / 100, seconds: step / 7, value }));

/** Where the least, the greatest and the broken values of a range are, without any short form. */
function expectExtremes(
  store: Store,
  run: string,
  model: ReadonlyMap<number, number | null>,
  from: number,
  to: number,
) {
  const steps = [...model.keys()].filter((step) => step >= from && step <= to).sort((a, b) => a - b);
  const series = store.metrics.series(run, metric, { from, to, maxPoints: 60 });
  const what = `steps ${from} to ${to} of ${model.size}`;
  expect(series.total, what).toBe(steps.length);
  expect(series.steps.length, what).toBeLessThanOrEqual(Math.max(60, 5));
  expect([series.steps[0], series.steps.at(-1)], what).toEqual([steps[0], steps.at(-1)]);
  for (const [i, step] of series.steps.entries()) {
    expect(series.values[i], what).toBe(model.get(step));
    expect(series.epochs[i]).toBe(step / 100);
  }
  const finite = (values: readonly (number | null | undefined)[]) =>
    values.filter((value) => typeof value === 'number');
  const all = finite(steps.map((step) => model.get(step)));
  const kept = finite(series.values);
  const ends = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
  expect(ends(kept), what).toEqual(ends(all));
  const broken = steps.some((step) => model.get(step) === null);
  expect(series.values.includes(null), what).toBe(broken);
}

test('a long curve in short has every extreme, whatever was written again, rewound or left to the next process', () => {
  using temporary = temporaryStore();
  let { store } = temporary;
  const [run = ''] = queueRuns(store, 'a');
  const random = new RandomSequence(5, 'probe');
  const model = new Map<number, number | null>();
  let next = 0;
  const draw = () => (random.below(400) === 0 ? null : Math.round(random.uniform() * 1e6) / 1e3);
  for (let round = 0; round < 120; round++) {
    const what = random.below(10);
    const newest = new Map<number, number | null>();
    if (what === 0 && next > 300) {
      // Written again, as a run does that goes on from a checkpoint.
      const from = next - 1 - random.below(300);
      for (let step = from; step < next; step += 3) newest.set(step - (step % 2), draw());
    } else if (what === 1 && next > 300) {
      const after = next - random.below(300);
      store.rewind(run, after);
      for (const step of [...model.keys()]) if (step > after) model.delete(step);
    } else if (what === 2) {
      store.close();
      store = openStore(temporary.home);
    } else {
      const count = [1, 10, 64, 700][random.below(4)] as number;
      for (let i = 0; i < count; i++, next += 1 + random.below(3)) newest.set(next, draw());
    }
    store.metrics.append(pointsOf(run, newest));
    for (const [step, value] of newest) model.set(step, value);
    if (model.size > 0) {
      expectExtremes(store, run, model, 0, next);
      const from = random.below(next);
      const inside = [...model.keys()].some((step) => step >= from && step <= from + 500);
      if (inside) expectExtremes(store, run, model, from, from + 500);
    }
  }
  expect(model.size).toBeGreaterThan(5000);
  store.close();
});
