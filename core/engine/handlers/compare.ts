import type { Arrival } from '../../contract/arrivals.ts';
import { derivedKeys } from '../../contract/averaged.ts';
import type { Store } from '../../store/store.ts';
import { describeArrivals } from '../arrivals.ts';
import { type ComparedRun, defaultGrouping, defaultTarget, formGroups, testGroups } from '../comparison.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { findDifferences } from '../differences.ts';

/** Runs side by side: what differs in their configurations, and what came of it per group. */
export function compareHandlers({
  store,
}: Pick<EngineContext, 'store'>): HandlersOf<'runs.compare' | 'runs.arrivals'> {
  return {
    'runs.arrivals': ({ groups, metric, value }) =>
      describeArrivals(
        groups.map(({ label, runs }) => ({
          label,
          arrivals: runs.map((id) => arrivalOf(store, id, metric, value)),
        })),
      ),
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
      const grouping = groupBy ?? defaultGrouping(runs, differences);
      const reached = new Map(
        ids.map((id) => [id, store.metrics.firstReaching(id, target.metric, target.value)]),
      );
      const groups = formGroups(runs, grouping, reached);
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
