import { z } from 'zod';
import { statistic } from './statistic.ts';

/** What the way to a target is measured in. */
export const paces = ['epochs', 'seconds'] as const;
export type Pace = (typeof paces)[number];

/** When one run first came to a target. */
export const arrival = z.object({
  run: z.string(),
  reached: z.boolean(),
  /** Until it came there; for a run that never did, as far as it trained: it would have needed more. */
  epochs: z.number(),
  seconds: z.number(),
});
export type Arrival = z.infer<typeof arrival>;

/**
 * How many times as much the second group needs as the first. `exact`: all runs of both came there, and the ratio is
 * that of the geometric means. `least`: some of the second never came, so that it is at least this. `unknown`: there is
 * no saying, because runs of the first or of both never came.
 */
export const paceRatio = z.object({
  first: z.string(),
  second: z.string(),
  pace: z.enum(paces),
  kind: z.enum(['exact', 'least', 'unknown']),
  ratio: z.number().nullable(),
  /** 95% confidence interval, by Welch's test of the logarithms; null under 3 seeds in a group. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** The least and the greatest ratio of a run of the second group to one of the first. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  counts: z.tuple([z.int(), z.int()]),
});
export type PaceRatio = z.infer<typeof paceRatio>;

export const arrivals = z.object({
  groups: z.array(
    z.object({
      label: z.string(),
      arrivals: z.array(arrival),
      /** Over the runs that came there. */
      epochs: statistic,
      seconds: statistic,
    }),
  ),
  /** Every pair of groups by both paces. */
  ratios: z.array(paceRatio),
});
export type Arrivals = z.infer<typeof arrivals>;
