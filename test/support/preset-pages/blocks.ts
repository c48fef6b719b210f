import type { FieldDescriptor, VariantDescriptor } from '../../../core/contract/catalog.ts';
import { augmentDescriptors } from '../../../core/data/augment/index.ts';
import { derivationDescriptors } from '../../../core/data/derive/index.ts';
import { preprocessDescriptors } from '../../../core/data/preprocess/index.ts';
import { sourceDescriptors } from '../../../core/data/sources/index.ts';
import { layerDescriptors } from '../../../core/layers/index.ts';
import { shorthandFields } from '../../../core/models/shorthand.ts';
import { averageDescriptors } from '../../../core/train/averaging.ts';
import { clipDescriptors } from '../../../core/train/clipping.ts';
import { initializerDescriptors } from '../../../core/train/initializers.ts';
import { lossDescriptors } from '../../../core/train/losses.ts';
import { optimizerDescriptors } from '../../../core/train/optimizers/index.ts';
import { scheduleDescriptors } from '../../../core/train/schedules/index.ts';
import { stoppingDescriptors } from '../../../core/train/stopping.ts';

interface Chapter {
  readonly title: string;
  /** Where they stand in an experiment or a model. */
  readonly where: string;
  readonly blocks: readonly VariantDescriptor[];
}

const chapters: readonly Chapter[] = [
  {
    title: 'Layers',
    where:
      'A list: `layers` of a model. Each has an `id`, and takes the layer before it, or those that `from` lists.',
    blocks: layerDescriptors,
  },
  { title: 'Initial weights', where: '`init` of a layer.', blocks: initializerDescriptors },
  { title: 'Losses', where: '`loss` of a model.', blocks: lossDescriptors },
  { title: 'Optimizers', where: '`train.optimizer`.', blocks: optimizerDescriptors },
  { title: 'Schedules of the learning rate', where: '`train.schedule`.', blocks: scheduleDescriptors },
  { title: 'Gradient clipping', where: '`train.clip`.', blocks: clipDescriptors },
  { title: 'Averages of the weights', where: '`train.average`.', blocks: averageDescriptors },
  { title: 'Early stopping', where: '`train.earlyStopping`.', blocks: stoppingDescriptors },
  {
    title: 'Preprocessing',
    where: 'A list, taken in order: `dataset.preprocess`.',
    blocks: preprocessDescriptors,
  },
  { title: 'Augmentation', where: 'A list, taken in order: `dataset.augment`.', blocks: augmentDescriptors },
  {
    title: 'Deriving a data set',
    where: 'A list, taken in order: `dataset.derive`.',
    blocks: derivationDescriptors,
  },
  { title: 'Data of one’s own', where: '`dataset.source`.', blocks: sourceDescriptors },
];

/** Two variants, two batch sizes and three seeds: twelve runs. */
export const severalRuns = `version: 1
name: Rates that suit
dataset: { name: mnist, validation: 5000 }
model: { preset: lenet-5 }
train: { epochs: 10, optimizer: { type: sgd } }
variants:
  sigmoid: { model.options.activation: sigmoid, train.optimizer.lr: 0.5 }
  relu: { model.options.activation: relu, train.optimizer.lr: 0.05 }
grid: { train.batchSize: [32, 64] }
seeds: [1, 2, 3]
`;

/** `docs/building-blocks.md`: all that an experiment can be made of, as each says of itself. */
export function buildingBlocks(): string {
  const parts = [
    '# Building blocks',
    'All that an experiment can be made of, with the keys that it takes. Each works on every backend. This page is written by `npm run preset-pages` from what the blocks say of themselves; the window’s forms are made of the same.',
    ...chapters.flatMap(({ title, where, blocks }) => [`## ${title}`, where, ...blocks.flatMap(blockOf)]),
    '## Networks in shorthand',
    '`model: { shorthand: 1x29x29-20C4-MP2-40C5-MP3-150N-10N }`, or a model file with the same key.',
    fieldTable(shorthandFields),
    '## Several runs of one experiment',
    'Every path of an experiment can vary: `grid` takes every combination of values, `variants` settings that go together under a name, and `seeds` repeats all of it. The form has the same.',
    `\`\`\`yaml\n${severalRuns}\`\`\``,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function blockOf({ type, label, help, fields }: VariantDescriptor): string[] {
  return [`### \`${type}\`: ${label}`, help, fieldTable(fields)];
}

function fieldTable(fields: readonly FieldDescriptor[]): string {
  if (fields.length === 0) return '';
  const rows = fields.map((field) => {
    const unit = field.unit === undefined ? '' : `, in ${field.unit}`;
    return `| \`${field.key}\` | ${cell(field.label + unit)} | ${usual(field)} | ${cell(meaning(field))} |`;
  });
  return ['| key | what | unless said | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function usual({ default: value }: FieldDescriptor): string {
  if (value === undefined) return '–';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function meaning({ help, choices = [], minimum, maximum }: FieldDescriptor): string {
  const least = minimum !== undefined && `At least ${minimum}`;
  const most = maximum !== undefined && `${least ? 'at' : 'At'} most ${maximum}`;
  const bounds = [least, most].filter(Boolean).join(', ');
  const named = choices.map(({ value }) => `\`${value}\``).join(', ');
  return [help, named && `One of ${named}.`, bounds && `${bounds}.`].filter(Boolean).join(' ');
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
