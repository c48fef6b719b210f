import { z } from 'zod';
import { datasetReference } from './specs.ts';

/**
 * How often, and how differently, a network looks at an image that it is tested on: `one` as it is; `flips` mirrored as
 * well; `crops` in the middle and moved into the four corners; `ten` both, as AlexNet is tested (Krizhevsky et al. 2012,
 * section 4.1). What it says of the views is averaged.
 */
export const viewKinds = ['one', 'flips', 'crops', 'ten'] as const;
export type ViewKind = (typeof viewKinds)[number];

/** What one run, or a committee of several, says of the test set. Accuracies are fractions. */
export const judgement = z.object({
  /** Title of the data set, and where its images are to be had. */
  dataset: z.string(),
  data: datasetReference,
  classes: z.array(z.string()),
  /** Views of each image that were averaged. */
  views: z.int(),
  count: z.int(),
  correct: z.int(),
  accuracy: z.number(),
  /** null with five classes or fewer. */
  top5: z.number().nullable(),
  /** Each run by itself, in the order asked for. */
  columns: z.array(z.object({ run: z.string(), epoch: z.int(), correct: z.int(), accuracy: z.number() })),
  /** What they get wrong together, the surest first; `sure` is the probability given to the wrong class. */
  wrong: z.array(z.object({ index: z.int(), label: z.int(), predicted: z.int(), sure: z.number() })),
});
export type Judgement = z.infer<typeof judgement>;
