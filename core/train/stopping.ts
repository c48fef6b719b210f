import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { choice, describeFields, integer, number } from '../contract/fields.ts';
import type { EpochMetrics } from './position.ts';
import { watch } from './watch.ts';

const none = z.strictObject({ type: z.literal('none') });

const measured = {
  'validation/accuracy': 'Validation accuracy',
  'validation/loss': 'Validation loss',
  'test/accuracy': 'Test accuracy',
  'test/loss': 'Test loss',
  'train/accuracy': 'Training accuracy',
  'train/loss': 'Training loss',
};

const noImprovement = z.strictObject({
  type: z.literal('no-improvement'),
  metric: choice(
    { select: 'What chooses the best epoch', ...measured },
    { label: 'Metric', help: 'What has to improve: losses fall, accuracies rise.', default: 'select' },
  ),
  patience: integer({
    label: 'Patience',
    help: 'Epochs without improvement after which the training ends.',
    unit: 'epochs',
    default: 5,
    minimum: 1,
  }),
  minimumChange: number({
    label: 'Minimum change',
    help: 'What counts as an improvement, in units of the metric.',
    default: 0,
    minimum: 0,
  }),
});

/** The lecture's end: the change of J is about 0. */
const settled = z.strictObject({
  type: z.literal('settled'),
  bound: number({
    label: 'Change of the loss',
    help: 'The training ends where the mean training loss of an epoch differs from the last by less.',
    default: 0.0001,
    minimum: 0,
  }),
  patience: integer({
    label: 'Epochs in a row',
    help: 'How often it has to differ by less.',
    unit: 'epochs',
    default: 1,
    minimum: 1,
  }),
});

/** Where the question is how long something takes, as in figure 1 of Krizhevsky et al. 2012. */
const reached = z.strictObject({
  type: z.literal('reached'),
  metric: choice(measured, {
    label: 'Metric',
    help: 'What has to come there: losses fall, accuracies rise.',
    default: 'train/accuracy',
  }),
  value: number({
    label: 'Value',
    help: 'At which the training ends; accuracies are from 0 to 1.',
    default: 0.75,
    minimum: 0,
  }),
});

/** `train.earlyStopping` */
export const stoppingSchema = z.discriminatedUnion('type', [none, noImprovement, settled, reached]);
export type StoppingSpec = z.output<typeof stoppingSchema>;

/**
 * Why a training ends early after the epochs so far, in words; null where it goes on.
 * @param select what the run's "best" looks at
 */
export function stopReason(
  spec: StoppingSpec | undefined,
  history: readonly EpochMetrics[],
  select: { readonly metric: string; readonly direction: 'max' | 'min' },
): string | null {
  if (spec === undefined || spec.type === 'none') return null;
  if (spec.type === 'settled') return settledReason(spec, history);
  return spec.type === 'reached' ? reachedReason(spec, history) : idleReason(spec, history, select);
}

function reachedReason(
  { metric, value }: z.output<typeof reached>,
  history: readonly EpochMetrics[],
): string | null {
  const last = seriesOf(history, metric).at(-1) ?? Number.NaN;
  const there = metric.endsWith('/loss') ? last <= value : last >= value;
  return there ? `${metric} came to ${last.toPrecision(4)}, and was to reach ${value}.` : null;
}

function idleReason(
  { metric, patience, minimumChange }: z.output<typeof noImprovement>,
  history: readonly EpochMetrics[],
  select: { readonly metric: string; readonly direction: 'max' | 'min' },
): string | null {
  const name = metric === 'select' ? select.metric : metric;
  const direction = metric === 'select' ? select.direction : name.endsWith('/loss') ? 'min' : 'max';
  const { best, value } = watch(seriesOf(history, name), direction, minimumChange);
  const since = history.length - (best ?? 0);
  if (since < patience) return null;
  const than = minimumChange > 0 ? ` by more than ${minimumChange}` : '';
  const wish = direction === 'max' ? 'risen' : 'fallen';
  const at = best === null ? 'no epoch had a finite value' : `the best was ${value} after epoch ${best}`;
  return `${name} has not ${wish}${than} for ${since} ${epochs(since)} (patience ${patience}): ${at}.`;
}

function settledReason(
  { bound, patience }: z.output<typeof settled>,
  history: readonly EpochMetrics[],
): string | null {
  const losses = seriesOf(history, 'train/loss');
  const changes = losses.slice(1).map((loss, i) => Math.abs(loss - (losses[i] as number)));
  const last = changes.slice(-patience);
  if (last.length < patience || !last.every((change) => change < bound)) return null;
  const change = last.at(-1) as number;
  const often = patience > 1 ? `, for ${patience} epochs in a row` : '';
  return `The training loss changed by ${change.toPrecision(3)}, less than ${bound}${often}.`;
}

/** One metric over the epochs; not a number where it is missing. */
export function seriesOf(history: readonly EpochMetrics[], name: string): number[] {
  return history.map((metrics) => metrics[name] ?? Number.NaN);
}

const epochs = (count: number) => (count === 1 ? 'epoch' : 'epochs');

/** For the window's forms. */
export const stoppingDescriptors: readonly VariantDescriptor[] = [
  { type: 'none', label: 'Not', help: 'All epochs are trained.', fields: describeFields(none) },
  {
    type: 'no-improvement',
    label: 'Without improvement',
    help: 'Ends where a metric has not improved for a while.',
    fields: describeFields(noImprovement),
  },
  {
    type: 'settled',
    label: 'Settled loss',
    help: 'Ends where the training loss hardly changes any more, as the lecture has it.',
    fields: describeFields(settled),
  },
  {
    type: 'reached',
    label: 'Target reached',
    help: 'Ends after the first epoch in which a metric reaches a value: for how long that takes.',
    fields: describeFields(reached),
  },
];
