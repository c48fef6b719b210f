import { z } from 'zod';
import { tensorPayload } from './tensor.ts';

/** Which images of an epoch's predictions are asked for. */
export const predictionQuery = z.object({
  run: z.string(),
  /** Whose predictions were kept. */
  epoch: z.int().positive(),
  split: z.enum(['validation', 'test']).optional(),
  /** Only those of this true class, of this predicted class. */
  truth: z.int().nonnegative().optional(),
  predicted: z.int().nonnegative().optional(),
  /** Only mistakes. */
  wrong: z.boolean().optional(),
  offset: z.int().nonnegative().optional(),
  count: z.int().positive().max(200).optional(),
  /** Images larger than this are made smaller. */
  size: z.int().min(8).max(256).optional(),
});

/** A page of images with what was made of them, worst first: mistakes the surest first, right ones the least sure first. */
export const predictionPage = z.object({
  run: z.string(),
  epoch: z.int(),
  split: z.string(),
  classes: z.array(z.string()),
  /** Scores are probabilities; else they are outputs of the last layer. */
  probable: z.boolean(),
  /** How many there are in all. */
  total: z.int(),
  images: tensorPayload,
  items: z.array(
    z.object({
      /** Place in the split. */
      index: z.int(),
      truth: z.int(),
      predicted: z.int(),
      /** What the predicted class was given. */
      score: z.number(),
    }),
  ),
});
export type PredictionPage = z.infer<typeof predictionPage>;
