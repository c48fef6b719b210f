import { z } from 'zod';

/** What groups of runs are compared by. */
export const outcomes = ['test', 'best', 'epochsToTarget', 'secondsToTarget'] as const;
export type Outcome = (typeof outcomes)[number];

const interval = z.tuple([z.number(), z.number()]);

/** A test by Student's t; `interval` is the 95% confidence interval of the difference. */
const studentTest = z.object({
  difference: z.number(),
  interval,
  t: z.number(),
  freedom: z.number(),
  p: z.number(),
});

/**
 * What is said of two groups of runs by one outcome; second minus first. Tests that cannot be made are null, and so are all where a
 * run never came to the target: those that did would look quicker than their group.
 */
export const groupDifference = z.object({
  outcome: z.enum(outcomes),
  /** Labels of the two groups. */
  first: z.string(),
  second: z.string(),
  /** Counted runs of either group that have the outcome. */
  counts: z.tuple([z.int(), z.int()]),
  /** Counted runs of either group that never came to the target; 0 where the outcome asks for none. */
  never: z.tuple([z.int(), z.int()]),
  /** Of the means, over the runs that have the outcome. */
  difference: z.number(),
  /** Fewer than 3 different seeds in a group: no test is worth its name. */
  tooFewSeeds: z.boolean(),
  welch: studentTest.nullable(),
  /** Welch's p corrected for the number of pairs (Holm). */
  correctedP: z.number().nullable(),
  /** Over the seeds that both groups have. */
  paired: studentTest.extend({ seeds: z.int() }).nullable(),
  /** Mann-Whitney; `smallestP` is the least that samples of these sizes could give. */
  rankSum: z.object({ u: z.number(), p: z.number(), smallestP: z.number(), exact: z.boolean() }).nullable(),
  /** Hedges' g. */
  effect: z.number().nullable(),
});
export type GroupDifference = z.infer<typeof groupDifference>;

/** 95% bootstrap percentile interval of the difference of two groups' means, second minus first. */
export const groupBootstrap = z.object({ first: z.string(), second: z.string(), interval });
export type GroupBootstrap = z.infer<typeof groupBootstrap>;
