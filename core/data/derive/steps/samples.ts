import { z } from 'zod';
import { integer } from '../../../contract/fields.ts';
import { RandomSequence } from '../../../train/random.ts';
import { seedField } from '../fields.ts';
import { type Samples, select } from '../samples.ts';
import { defineDerivation, mapSplits, mustBeLabelled, placesByClass } from '../step.ts';

const schema = z.strictObject({
  type: z.literal('samples'),
  train: integer({
    label: 'Training samples a class',
    help: 'Drawn for training from every class; 0 keeps all.',
    default: 0,
    minimum: 0,
  }),
  test: integer({
    label: 'Test samples a class',
    help: 'Drawn for testing from every class; 0 keeps all.',
    default: 0,
    minimum: 0,
  }),
  seed: seedField('which samples are drawn'),
});

/** As many samples of every class, drawn by the seed, in the order of the set. */
export const samples = defineDerivation<z.output<typeof schema>>({
  type: 'samples',
  label: 'Samples per class',
  help: 'Draws the same number of samples from every class.',
  schema,
  apply(step, set, refuse) {
    const draw = (of: Samples, name: string): Samples => {
      const wanted = name === 'train' || name === 'test' ? step[name] : 0;
      if (wanted === 0) return of;
      const places = placesByClass(mustBeLabelled(of, refuse), set.classes.length);
      const drawn = places.map((members, label) => {
        if (members.length < wanted) {
          throw refuse(name, `class ${set.classes[label]} has ${members.length} samples, not ${wanted}`);
        }
        const random = new RandomSequence(step.seed, 'derive', label);
        return random.shuffle(Uint32Array.from(members)).subarray(0, wanted);
      });
      return select(of, Uint32Array.from(drawn.flatMap((part) => [...part])).sort());
    };
    return mapSplits(set, draw);
  },
});
