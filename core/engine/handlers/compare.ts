import type { Arrival } from '../../contract/arrivals.ts';
import { derivedKeys } from '../../contract/averaged.ts';
import type { Store } from '../../store/store.ts';
import { describeArrivals } from '../arrivals.ts';
import {
  type ComparedRun,
  defaultGrouping,
  defaultTarget,
  formGroups,
  type Reached,
  sampleOf,
  singleRuns,
  type Target,
  testGroups,
} from '../comparison.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { findDifferences } from '../differences.ts';
import { bootstrapInThread } from '../statistics/bootstrap-in-thread.ts';
import { pairsOf, testable, valuesOf } from '../statistics/compare-groups.ts';

/** Runs side by side: what differs in their configurations, and what came of it per group. */
export function compareHandlers({
  store,
}: Pick<EngineContext, 'store'>): HandlersOf<'runs.compare' | 'runs.bootstrap' | 'runs.arrivals'> {
  return {
    'runs.arrivals': ({ groups, metric, value }) =>
      describeArrivals(
        groups.map(({ label, runs }) => ({
          label,
          arrivals: runs.map((id) => arrivalOf(store, id, metric, value)),
        })),
      ),
    'runs.bootstrap': async ({ groups, outcome, target }) => {
      const reached = reachedBy(
        store,
        groups.flatMap(({ runs }) => runs),
        target,
      );
      const samples = groups.map(({ label, runs }) =>
        sampleOf(
          outcome,
          label,
          runs.map((id) => store.runs.get(id)),
          reached,
        ),
      );
      const pairs = pairsOf(samples).filter(([first, second]) => testable(first, second));
      const intervals = await bootstrapInThread(
        pairs.map(([first, second]) => ({ first: valuesOf(first), second: valuesOf(second) })),
      );
      return pairs.flatMap(([first, second], i) => {
        const interval = intervals[i];
        return interval ? [{ first: first.label, second: second.label, interval }] : [];
      });
    },
    'runs.compare': ({ runs: ids, groupBy, target: wanted }) => {
      const runs: ComparedRun[] = ids.map((id) => ({
        summary: store.runs.get(id),
        config: store.runs.setup(id).config,
      }));
      const differences = findDifferences(
        runs.map(({ config }) => config),
        derivedKeys,
      );
      const target = wanted ?? defaultTarget(runs);
      const reached = reachedBy(store, ids, target);
      const single = groupBy === 'runs';
      const grouping = single ? [] : (groupBy ?? defaultGrouping(runs, differences));
      const groups = single ? singleRuns(runs, reached) : formGroups(runs, grouping, reached);
      return {
        runs: ids,
        differences: differences.map(({ path, values }) => ({ path, values: [...values] })),
        groupBy: grouping,
        target,
        groups,
        significance: testGroups(groups, runs, reached),
      };
    },
  };
}

function reachedBy(store: Store, runs: readonly string[], { metric, value }: Target): Map<string, Reached> {
  return new Map(runs.map((id) => [id, store.metrics.firstReaching(id, metric, value)]));
}

function arrivalOf(store: Store, run: string, metric: string, value: number): Arrival & { seed: number } {
  const { epoch, seconds, seed } = store.runs.get(run);
  const first = store.metrics.firstReaching(run, metric, value);
  return {
    run,
    seed,
    reached: first !== null,
    epochs: first?.epoch ?? epoch,
    seconds: first?.seconds ?? seconds,
  };
}
