import { z } from 'zod';
import { ConvolabError } from '../contract/errors.ts';

/**
 * The data that weights were trained on, kept beside them in every checkpoint: what using the weights needs when the
 * data are gone, and what tells other data of the same name from these.
 */
export const trainingData = z.strictObject({
  /** As in `dataset.name`. */
  name: z.string(),
  /** Of the data set's content, sha256. */
  hash: z.string(),
  classes: z.array(z.string()),
  /** Per channel, in units of the 0..1 pixel: the model sees (pixel - mean) / deviation. */
  mean: z.array(z.number()),
  deviation: z.array(z.number()),
});
export type TrainingData = Readonly<z.infer<typeof trainingData>>;

/**
 * Refuses data that took the place of those trained on: another split and another normalisation would come of them.
 * @param here the data set of that name as it is now
 * @throws `dataset.missing`
 */
export function mustBeTrainedOn(trained: TrainingData, here: { readonly hash: string }): void {
  if (here.hash === trained.hash) return;
  const short = (hash: string) => hash.slice(0, 12);
  throw new ConvolabError(
    'dataset.missing',
    `The run was trained on another copy of ${trained.name} (sha256 ${short(trained.hash)}…) ` +
      `than the one that is here (${short(here.hash)}…).`,
    {
      subject: trained.name,
      hint: 'Put that copy back with `convolab datasets import`, or train the run anew on this one.',
    },
  );
}
