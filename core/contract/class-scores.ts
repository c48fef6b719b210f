import { z } from 'zod';

/** How well one class is told from the others. Fractions 0..1; null where nothing was there to count. */
export const classScores = z.object({
  name: z.string(),
  /** Samples of this class. */
  count: z.int(),
  /** Share of its samples that are recognised: its accuracy, and its recall. */
  recall: z.number().nullable(),
  /** Share of what was taken for it that is. */
  precision: z.number().nullable(),
  /** Harmonic mean of the two. */
  f1: z.number().nullable(),
});
export type ClassScores = z.infer<typeof classScores>;

/** @param counts rows true, columns predicted */
export function scoreClasses(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): ClassScores[] {
  return classes.map((name, k) => {
    const count = sum(counts[k] ?? []);
    const taken = sum(counts.map((row) => row[k] ?? 0));
    const right = counts[k]?.[k] ?? 0;
    const share = (of: number) => (of > 0 ? right / of : null);
    return {
      name,
      count,
      recall: share(count),
      precision: share(taken),
      f1: count + taken > 0 ? (2 * right) / (count + taken) : null,
    };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
