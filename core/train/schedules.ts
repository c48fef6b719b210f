import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields, integer, number } from '../contract/fields.ts';

const constant = z.strictObject({ type: z.literal('constant') });

const step = z.strictObject({
  type: z.literal('step'),
  every: integer({
    label: 'Every',
    help: 'Epochs between two reductions of the rate.',
    unit: 'epochs',
    default: 5,
    minimum: 1,
  }),
  factor: number({
    label: 'Factor',
    help: 'What the rate is multiplied with each time.',
    default: 0.5,
    minimum: 0,
    maximum: 1,
  }),
});

const cosine = z.strictObject({
  type: z.literal('cosine'),
  final: number({
    label: 'Final share',
    help: 'Where the rate ends, as a share of the base rate.',
    default: 0,
    minimum: 0,
    maximum: 1,
  }),
});

/** `train.schedule`, defaults filled in. */
export const scheduleSchema = z.discriminatedUnion('type', [constant, step, cosine]);
export type ScheduleSpec = z.output<typeof scheduleSchema>;

/**
 * Learning rate at a point of the training.
 * @param epochFraction epochs done so far, with the share of the one under way: 0 at the first step, 1.5 amid the second
 * @param epochs length of the whole training
 */
export function rateAt(
  schedule: ScheduleSpec,
  baseRate: number,
  epochFraction: number,
  epochs: number,
): number {
  switch (schedule.type) {
    case 'constant':
      return baseRate;
    case 'step':
      return baseRate * schedule.factor ** Math.floor(epochFraction / schedule.every);
    case 'cosine': {
      // Half a period from 1 down to `final` (Loshchilov and Hutter, "SGDR", 2017, without restarts). A training that
      // is extended beyond its epochs stays at the end.
      const progress = Math.min(1, Math.max(0, epochFraction / epochs));
      return baseRate * (schedule.final + (1 - schedule.final) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
  }
}

/** For the window's forms. */
export const scheduleDescriptors: readonly VariantDescriptor[] = [
  {
    type: 'constant',
    label: 'Constant',
    help: 'The base rate throughout.',
    fields: describeFields(constant),
  },
  {
    type: 'step',
    label: 'Step',
    help: 'The rate is reduced by a factor at regular intervals.',
    fields: describeFields(step),
  },
  {
    type: 'cosine',
    label: 'Cosine',
    help: 'The rate falls along half a cosine over the whole training.',
    fields: describeFields(cosine),
  },
];
