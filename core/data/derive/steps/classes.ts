import { z } from 'zod';
import { field } from '../../../contract/fields.ts';
import { suggestion } from '../../../contract/nearest.ts';
import type { ObjectBox } from '../../dataset.ts';
import { mapObjects, relabel, type Samples, select, upTo } from '../samples.ts';
import { defineDerivation, mapSplits } from '../step.ts';

/** A list, or for a form's one line the names between commas. YAML reads the names of digits as numbers. */
const names = z.preprocess(
  (value) => {
    const line = typeof value === 'number' ? String(value) : value;
    const list = typeof line === 'string' ? line.split(',').map((name) => name.trim()) : line;
    return Array.isArray(list) ? list.map((name) => (typeof name === 'number' ? String(name) : name)) : list;
  },
  z.array(z.string().min(1)).min(1),
);

const schema = z.strictObject({
  type: z.literal('classes'),
  keep: field(names as z.ZodType<string[]>, {
    label: 'Keep',
    help: 'Names of the classes to keep, in the order of their new labels.',
    kind: 'text',
  }),
});

/**
 * Some of the classes, numbered anew in the order given. Splits without labels keep all their images, and what is on
 * them of these classes.
 */
export const classes = defineDerivation<z.output<typeof schema>>({
  type: 'classes',
  label: 'Some classes',
  help: 'Keeps the samples of some classes, and leaves out the rest.',
  schema,
  apply({ keep }, set, refuse) {
    for (const [i, name] of keep.entries()) {
      if (!set.classes.includes(name)) {
        const known = `; its classes are ${set.classes.join(', ')}`;
        throw refuse('keep', `there is no class "${name}"${suggestion(name, set.classes)}${known}`);
      }
      if (keep.indexOf(name) < i) throw refuse('keep', `names "${name}" twice`);
    }
    const labelOf = set.classes.map((name) => keep.indexOf(name));
    const keepBoxes = (boxes: readonly ObjectBox[]) =>
      boxes.flatMap((box) => {
        const label = labelOf[box.label] as number;
        return label < 0 ? [] : [{ ...box, label }];
      });
    const keepOf = (given: Samples) => {
      const samples = mapObjects(given, keepBoxes);
      const { labels } = samples;
      if (labels === null) return samples;
      const kept = select(
        samples,
        upTo(samples.count).filter((place) => (labelOf[labels[place] as number] as number) >= 0),
      );
      return relabel(kept, kept.labels?.map((label) => labelOf[label] as number) ?? null);
    };
    return mapSplits(set, keepOf, keep);
  },
});
