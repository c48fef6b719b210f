import type { Band, RunSummary, Series } from '../../core/contract/runs.ts';

/** What a chart's horizontal axis counts. */
export type XKind = 'step' | 'epoch' | 'time' | 'wall';

/** The points of one metric of one run, as typed arrays: nothing in them is reactive. Values not finite are NaN. */
export interface CurvePoints {
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  /** Seconds of training. */
  readonly time: Float64Array;
  /** Milliseconds since 1970; NaN where it is not known. */
  readonly wall: Float64Array;
  readonly value: Float64Array;
}

/** Mean and band of a group at the ends of epochs; step and time are the means of the runs' own, time of day is none. */
export interface BandPoints {
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  readonly time: Float64Array;
  readonly wall: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Runs behind every point. */
  readonly count: readonly number[];
}

const known = new WeakMap<Series, { stretches: Stretches | undefined; points: CurvePoints }>();
type Stretches = RunSummary['stretches'];

/**
 * Converts a series once; the store makes a new object whenever points were added.
 * @param stretches when its run trained without a pause
 */
export function curvePoints(series: Series, stretches?: Stretches): CurvePoints {
  const earlier = known.get(series);
  if (earlier?.stretches === stretches && earlier) return earlier.points;
  const points = {
    step: Float64Array.from(series.steps),
    epoch: Float64Array.from(series.epochs),
    time: Float64Array.from(series.seconds),
    wall: Float64Array.from(series.seconds, (seconds) => wallTime(seconds, stretches ?? [])),
    value: Float64Array.from(series.values, (value) => value ?? Number.NaN),
  };
  known.set(series, { stretches, points });
  return points;
}

/** The time of day of a moment of training, in milliseconds since 1970; NaN where no stretch is known. */
export function wallTime(seconds: number, stretches: Stretches): number {
  const stretch = stretches.findLast(([start]) => start < seconds) ?? stretches[0];
  return stretch ? stretch[1] + 1000 * (seconds - stretch[0]) : Number.NaN;
}

export function bandPoints(band: Band): BandPoints {
  return {
    step: Float64Array.from(band.steps),
    epoch: Float64Array.from(band.epochs),
    time: Float64Array.from(band.seconds),
    wall: new Float64Array(0),
    mean: Float64Array.from(band.mean),
    low: Float64Array.from(band.low),
    high: Float64Array.from(band.high),
    count: band.count,
  };
}
