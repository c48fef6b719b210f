import type { z } from 'zod';

/** One line of the method table: what is asked and what comes back. */
export const method = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) => ({
  params,
  result,
});
