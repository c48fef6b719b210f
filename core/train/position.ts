import { z } from 'zod';

/** What was measured at the end of an epoch, by name (`train/loss`, `validation/accuracy`); null where not finite. */
const epochMetrics = z.record(z.string(), z.number().nullable());
export type EpochMetrics = Readonly<z.infer<typeof epochMetrics>>;

/**
 * Where a run stands. Together with parameters and optimizer state it is all that going on needs: batch order, rates
 * and every random draw are functions of the seed and these counts.
 */
export const position = z.strictObject({
  /** Finished epochs, their evaluation included. */
  epoch: z.int().nonnegative(),
  /** Steps done of the epoch under way; all of them where only its evaluation is left. */
  stepInEpoch: z.int().nonnegative(),
  /** Steps done since the start. */
  step: z.int().nonnegative(),
  /** Seconds spent training, pauses left out. */
  seconds: z.number().nonnegative(),
  /** Sums of the epoch under way, of which the running means are formed. */
  samples: z.int().nonnegative(),
  lossSum: z.number(),
  correct: z.int().nonnegative(),
  /** Of every finished epoch: what schedules and early stopping go by. */
  history: z.array(epochMetrics).default([]),
});
export type Position = z.infer<typeof position>;

export const start: Position = {
  epoch: 0,
  stepInEpoch: 0,
  step: 0,
  seconds: 0,
  samples: 0,
  lossSum: 0,
  correct: 0,
  history: [],
};
