import { onScopeDispose, shallowRef, watch } from 'vue';
import type { RunSummary, Series } from '../../core/contract/runs.ts';
import { curvePoints } from './points.ts';
import type { Domain } from './scale.ts';
import { lowerBound } from './search.ts';
import type { ChartView } from './view.ts';

/** A zoom is read in detail once it has rested this long, so that turning a wheel asks once. */
const restMilliseconds = 150;

/** The steps that a range of an axis covers in a curve, one drawn point beyond it on either side. Null for a curve without points. */
export function stepsOf(
  series: Series,
  places: ArrayLike<number>,
  range: Domain,
): { from: number; to: number } | null {
  const { steps } = series;
  if (steps.length === 0) return null;
  const first = Math.max(0, lowerBound(places, range.from) - 1);
  const last = Math.min(steps.length - 1, lowerBound(places, range.to));
  return { from: steps[first] as number, to: steps[last] as number };
}

/** A coarse curve with one stretch of it in detail. Points that came after the detail was read stay. */
export function splice(coarse: Series, fine: Series): Series {
  const [first, last] = [fine.steps[0], fine.steps.at(-1)];
  if (first === undefined || last === undefined) return coarse;
  const start = lowerBound(coarse.steps, first);
  const end = lowerBound(coarse.steps, last + 1);
  const join = <T>(outer: readonly T[], inner: readonly T[]): T[] => [
    ...outer.slice(0, start),
    ...inner,
    ...outer.slice(end),
  ];
  return {
    ...coarse,
    steps: join(coarse.steps, fine.steps),
    epochs: join(coarse.epochs, fine.epochs),
    seconds: join(coarse.seconds, fine.seconds),
    values: join(coarse.values, fine.values),
  };
}

const keyOf = (run: string, metric: string) => `${run}\n${metric}`;

/**
 * Curves as a zoomed page shows them: what was down-sampled for the whole view is read again, in full, for the range in view.
 *
 * @param wanted runs and metrics on the page
 * @param curve the curve as it is known
 * @param read asks the engine for a range of steps
 * @param stretches when a run trained without a pause
 * @returns a function like `curve`; reactive
 */
export function useDetail(
  view: ChartView,
  wanted: () => { runs: readonly string[]; metrics: readonly string[] },
  curve: (run: string, metric: string) => Series | undefined,
  read: (runs: string[], metrics: string[], from: number, to: number) => Promise<Series[]>,
  stretches: (run: string) => RunSummary['stretches'] | undefined,
): (run: string, metric: string) => Series | undefined {
  const details = shallowRef<ReadonlyMap<string, Series>>(new Map());
  const joined = new Map<string, { coarse: Series; fine: Series; whole: Series }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  /** Where the points of a curve lie on the axis that is shown. */
  const placesOf = (series: Series) => curvePoints(series, stretches(series.run))[view.settings.value.x];

  async function readDetail(range: Domain): Promise<void> {
    const mine = ++asked;
    const { runs, metrics } = wanted();
    const thinned = runs
      .flatMap((run) => metrics.map((metric) => curve(run, metric)))
      .filter((series) => series !== undefined && series.total > series.steps.length);
    const spans = thinned.flatMap((series) => (series && stepsOf(series, placesOf(series), range)) ?? []);
    if (spans.length === 0) return;
    const found = await read(
      [...new Set(thinned.flatMap((series) => series?.run ?? []))],
      [...new Set(thinned.flatMap((series) => series?.metric ?? []))],
      Math.min(...spans.map(({ from }) => from)),
      Math.max(...spans.map(({ to }) => to)),
    );
    if (mine === asked)
      details.value = new Map(found.map((series) => [keyOf(series.run, series.metric), series]));
  }

  watch(
    view.range,
    (range) => {
      clearTimeout(timer);
      if (range) {
        // Without its detail the view stays as coarse as it was, which is no failure worth a message.
        timer = setTimeout(() => void readDetail(range).catch(() => {}), restMilliseconds);
        return;
      }
      asked++;
      joined.clear();
      details.value = new Map();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    asked++;
  });

  return (run, metric) => {
    const coarse = curve(run, metric);
    const key = keyOf(run, metric);
    const fine = details.value.get(key);
    if (!coarse || !fine) return coarse;
    const known = joined.get(key);
    if (known?.coarse === coarse && known.fine === fine) return known.whole;
    const whole = splice(coarse, fine);
    joined.set(key, { coarse, fine, whole });
    return whole;
  };
}
