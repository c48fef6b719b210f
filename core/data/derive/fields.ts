import type { z } from 'zod';
import { integer } from '../../contract/fields.ts';

/** The seed of a step that draws. */
export function seedField(decides: string): z.ZodType<number> {
  return integer({
    label: 'Seed',
    help: `Decides ${decides}; the same seed always does the same.`,
    default: 1,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
  });
}
