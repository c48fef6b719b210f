import { z } from 'zod';
import type { FieldDescriptor } from '../contract/catalog.ts';
import type { Issue } from '../contract/errors.ts';
import { choice, describeFields, field } from '../contract/fields.ts';
import { findIssues, specError } from '../contract/issues.ts';
import { type ModelSpec, parseModel } from '../graph/parse.ts';
import type { ActivationName } from '../kernels/activations.ts';
import { activationLabels } from '../layers/layer.ts';

/**
 * The papers' way to write a network in one line (Ciresan, Meier and Schmidhuber 2012):
 * `1x29x29-20C4-MP2-40C5-MP3-150N-10N` is an input of one 29x29 map, 20 filters of 4x4, maximum over 2x2, ..., and dense
 * layers of 150 and 10 units. `AP` is mean pooling. A convolution may add its stride and padding, a pooling its stride:
 * `96C11S4P2`, `MP3S2`. The activation is that of every layer with weights but the last.
 */
const fields = {
  shorthand: field<string>(z.string().min(1), {
    label: 'Network in shorthand',
    help: 'As papers write it, such as 1x29x29-20C4-MP2-40C5-MP3-150N-10N: C convolution, MP and AP pooling by maximum and mean, N dense.',
    kind: 'text',
  }),
  activation: choice<ActivationName>(activationLabels, {
    label: 'Activation',
    help: 'Of every layer with weights but the last.',
    default: 'tanh',
  }),
};
const loss = z.looseObject({ type: z.string() }).default({ type: 'softmax-cross-entropy' });

/** As the source of an experiment's model. */
export const shorthandSource = z.strictObject({ ...fields, loss });
/** As a model file. */
const shorthandFile = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).optional(),
  ...fields,
  loss,
});

/** For the window's form. */
export const shorthandFields: readonly FieldDescriptor[] = describeFields(shorthandSource);

/** Between two parts: a hyphen, or the dash that it becomes in print. */
const hyphen = /\s*[-‐–−]\s*/;

/** Whether a text is meant as shorthand: it starts with extents, or one of its parts can be nothing else. */
export function looksLikeShorthand(text: string): boolean {
  const parts = text.trim().split(hyphen);
  return (
    /^\d+(x\d+)+$/i.test(parts[0] ?? '') ||
    parts.some((part) => kinds.some(({ pattern }) => pattern.test(part)))
  );
}

/** Whether a model file is written in shorthand. */
export function isShorthandFile(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && 'shorthand' in raw;
}

/**
 * The network that a shorthand stands for.
 * @param source `{ shorthand, activation?, loss? }`, or the same as a model file
 * @throws `spec.invalid`, `spec.unknown-key`, naming the part that cannot be read
 */
export function expandShorthand(source: object): ModelSpec {
  const schema = 'version' in source ? shorthandFile : shorthandSource;
  const issues = findIssues(schema, source, ['model']);
  if (issues.length > 0) throw specError('The shorthand', issues);
  const read = schema.parse(source);
  const [first = '', ...tokens] = read.shorthand.trim().split(hyphen);
  const faults: string[] = [];
  const input = readInput(first, faults);
  const layers = tokens.map((token, i) => readLayer(token, i + 1, faults));
  if (layers.at(-1)?.type !== 'dense') faults.push('the last part must be the output, such as 10N');
  if (faults.length > 0) {
    const named = faults.map((message): Issue => ({ path: 'model.shorthand', message }));
    throw specError('The shorthand', named);
  }
  const activated = layers.map((layer, i) =>
    layer.type === 'pool' || i === layers.length - 1 ? layer : { ...layer, activation: read.activation },
  );
  const name = ('name' in read && read.name) || read.shorthand.trim();
  return parseModel({ version: 1, name, input, layers: activated, loss: read.loss });
}

function readInput(token: string, faults: string[]): number[] {
  const match = /^(\d+)x(\d+)x(\d+)$/i.exec(token);
  if (!match) {
    faults.push(`"${token}" must be the input as channels x height x width, such as 1x29x29`);
    return [];
  }
  return match.slice(1).map(Number);
}

interface ShortLayer {
  readonly id: string;
  readonly type: string;
  readonly [option: string]: unknown;
}

/** What each kind of part looks like, and the layer it stands for. */
const kinds: readonly { pattern: RegExp; layer: (place: number, match: RegExpExecArray) => ShortLayer }[] = [
  {
    pattern: /^(\d+)C(\d+)(?:S(\d+))?(?:P(\d+))?$/i,
    layer: (place, [, filters, kernel, stride, pad]) => ({
      id: `C${place}`,
      type: 'conv',
      filters: Number(filters),
      kernel: Number(kernel),
      ...(stride && { stride: Number(stride) }),
      ...(pad && { pad: Number(pad) }),
    }),
  },
  {
    pattern: /^(M|A)P(\d+)(?:S(\d+))?$/i,
    layer: (place, [, mode = '', size, stride]) => ({
      id: `P${place}`,
      type: 'pool',
      mode: mode.toUpperCase() === 'M' ? 'max' : 'mean',
      size: Number(size),
      ...(stride && { stride: Number(stride) }),
    }),
  },
  {
    pattern: /^(\d+)N$/i,
    layer: (place, [, units]) => ({ id: `N${place}`, type: 'dense', units: Number(units) }),
  },
];

function readLayer(token: string, place: number, faults: string[]): ShortLayer {
  for (const { pattern, layer } of kinds) {
    const match = pattern.exec(token);
    if (match) return layer(place, match);
  }
  faults.push(
    `part ${place + 1}, "${token}", is none of 20C4 (20 filters of 4x4), MP2 and AP2 (maximum and mean of 2x2), 150N (150 units)`,
  );
  return { id: `X${place}`, type: 'none' };
}
