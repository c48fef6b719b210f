import type { Band } from '../../contract/runs.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { confidenceHalfWidth, mean, sampleDeviation, standardError } from '../statistics/describe.ts';

const spreads = { deviation: sampleDeviation, error: standardError, ci95: confidenceHalfWidth } as const;
type Spread = keyof typeof spreads;

/** Curves, one by one and by group. */
export function seriesHandlers({
  store,
}: Pick<EngineContext, 'store'>): HandlersOf<'runs.series' | 'runs.bands' | 'runs.extremes'> {
  return {
    'runs.series': ({ runs, metrics, ...options }) =>
      runs.flatMap((run) => metrics.map((metric) => store.metrics.series(run, metric, options))),
    'runs.extremes': ({ runs, metric }) =>
      runs.map((run) => ({ run, ...store.metrics.extremes(run, metric) })),
    'runs.bands': ({ groups, metrics, spread = 'deviation' }) =>
      groups.flatMap(({ label, runs }) =>
        metrics.map((metric) =>
          formBand(
            label,
            metric,
            runs.map((run) => store.metrics.epochEnds(run, metric)),
            spread,
          ),
        ),
      ),
  };
}

/** What a run has at the end of an epoch; the value is null where it was not finite. */
interface EpochEnd {
  readonly step: number;
  readonly seconds: number;
  readonly value: number | null;
}
type EpochCurve = ReadonlyMap<number, EpochEnd>;

/**
 * Mean and band on the epochs that all runs have. A run whose value is not finite there is left out of that epoch, and
 * the count says so; the band of a single run has no width.
 */
export function formBand(label: string, metric: string, curves: readonly EpochCurve[], spread: Spread): Band {
  const band: Band = {
    label,
    metric,
    epochs: [],
    steps: [],
    seconds: [],
    mean: [],
    low: [],
    high: [],
    count: [],
  };
  for (const epoch of sharedEpochs(curves)) {
    const ends = curves.flatMap((curve) => curve.get(epoch) ?? []).filter(hasValue);
    if (ends.length === 0) continue;
    const values = ends.map(({ value }) => value);
    const centre = mean(values);
    const half = spreads[spread](values) ?? 0;
    band.epochs.push(epoch);
    band.steps.push(mean(ends.map(({ step }) => step)));
    band.seconds.push(mean(ends.map(({ seconds }) => seconds)));
    band.mean.push(centre);
    band.low.push(centre - half);
    band.high.push(centre + half);
    band.count.push(values.length);
  }
  return band;
}

function hasValue(end: EpochEnd): end is EpochEnd & { value: number } {
  return end.value !== null;
}

function sharedEpochs(curves: readonly EpochCurve[]): number[] {
  const [first, ...rest] = curves;
  const epochs = [...(first?.keys() ?? [])].filter((epoch) => rest.every((curve) => curve.has(epoch)));
  return epochs.sort((a, b) => a - b);
}
