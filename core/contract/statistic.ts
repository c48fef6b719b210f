import { z } from 'zod';

/** Mean and spread of one number over the counted runs of a group; spread is null below two runs. */
export const statistic = z.object({
  mean: z.number().nullable(),
  deviation: z.number().nullable(),
  count: z.int(),
});
export type Statistic = z.infer<typeof statistic>;
