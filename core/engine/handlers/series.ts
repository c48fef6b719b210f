import type { Band, Series } from '../../contract/runs.ts';
import type { Store } from '../../store/store.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { confidenceHalfWidth, mean, sampleDeviation, standardError } from '../statistics/describe.ts';

const spreads = { deviation: sampleDeviation, error: standardError, ci95: confidenceHalfWidth } as const;
type Spread = keyof typeof spreads;

/** Curves, one by one and by group. */
export function seriesHandlers({
  store,
}: Pick<EngineContext, 'store'>): HandlersOf<'runs.series' | 'runs.bands'> {
  return {
    'runs.series': ({ runs, metrics, ...options }) =>
      runs.flatMap((run) => metrics.map((metric) => store.metrics.series(run, metric, options))),
    'runs.bands': ({ groups, metrics, spread = 'deviation' }) =>
      groups.flatMap(({ label, runs }) =>
        metrics.map((metric) => formBand(label, metric, epochCurves(store, runs, metric), spread)),
      ),
  };
}

/** Value at the end of every epoch, per run; null where it was not finite. */
type EpochCurve = ReadonlyMap<number, number | null>;

function epochCurves(store: Store, runs: readonly string[], metric: string): EpochCurve[] {
  return runs.map((run) =>
    wholeEpochs(store.metrics.series(run, metric, { maxPoints: Number.MAX_SAFE_INTEGER })),
  );
}

function wholeEpochs({ epochs, values }: Series): EpochCurve {
  const pairs = epochs.map((epoch, index) => [epoch, values[index] ?? null] as const);
  return new Map(pairs.filter(([epoch]) => Number.isInteger(epoch)));
}

/**
 * Mean and band on the epochs that all runs have. A run whose value is not finite there is left out of that epoch, and
 * the count says so; the band of a single run has no width.
 */
export function formBand(label: string, metric: string, curves: readonly EpochCurve[], spread: Spread): Band {
  const band: Band = { label, metric, epochs: [], mean: [], low: [], high: [], count: [] };
  for (const epoch of sharedEpochs(curves)) {
    const values = curves.map((curve) => curve.get(epoch) ?? null).filter((value) => value !== null);
    if (values.length === 0) continue;
    const centre = mean(values);
    const half = spreads[spread](values) ?? 0;
    band.epochs.push(epoch);
    band.mean.push(centre);
    band.low.push(centre - half);
    band.high.push(centre + half);
    band.count.push(values.length);
  }
  return band;
}

function sharedEpochs(curves: readonly EpochCurve[]): number[] {
  const [first, ...rest] = curves;
  const epochs = [...(first?.keys() ?? [])].filter((epoch) => rest.every((curve) => curve.has(epoch)));
  return epochs.sort((a, b) => a - b);
}
