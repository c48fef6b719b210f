import type { Band, Series } from '../../core/contract/runs.ts';

/** What a chart's horizontal axis counts. */
export type XKind = 'step' | 'epoch' | 'time';

/** The points of one metric of one run, as typed arrays: nothing in them is reactive. Values not finite are NaN. */
export interface CurvePoints {
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  /** Seconds of training. */
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/** Mean and band of a group. It has no step and no time, only epochs. */
export interface BandPoints {
  readonly epoch: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Runs behind every point. */
  readonly count: readonly number[];
}

const known = new WeakMap<Series, CurvePoints>();

/** Converts a series once; the store makes a new object whenever points were added. */
export function curvePoints(series: Series): CurvePoints {
  const earlier = known.get(series);
  if (earlier) return earlier;
  const points = {
    step: Float64Array.from(series.steps),
    epoch: Float64Array.from(series.epochs),
    time: Float64Array.from(series.seconds),
    value: Float64Array.from(series.values, (value) => value ?? Number.NaN),
  };
  known.set(series, points);
  return points;
}

export function bandPoints(band: Band): BandPoints {
  return {
    epoch: Float64Array.from(band.epochs),
    mean: Float64Array.from(band.mean),
    low: Float64Array.from(band.low),
    high: Float64Array.from(band.high),
    count: band.count,
  };
}
