import { z } from 'zod';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields, number } from '../contract/fields.ts';
import type { Clip } from '../kernels/optimizers/index.ts';

const none = z.strictObject({ type: z.literal('none') });

const norm = z.strictObject({
  type: z.literal('norm'),
  bound: number({
    label: 'Largest norm',
    help: 'Of all gradients together; what is above is scaled down to it.',
    default: 1,
    minimum: 1e-12,
  }),
});

const value = z.strictObject({
  type: z.literal('value'),
  bound: number({
    label: 'Largest value',
    help: 'Of each number of a gradient, either way; what is above is cut off.',
    default: 1,
    minimum: 1e-12,
  }),
});

/** `train.clip` */
export const clipSchema = z.discriminatedUnion('type', [none, norm, value]);
export type ClipSpec = z.output<typeof clipSchema>;

export function clipCall(spec: ClipSpec | undefined): Clip | undefined {
  return spec === undefined || spec.type === 'none' ? undefined : spec;
}

/** For the window's forms. */
export const clipDescriptors: readonly VariantDescriptor[] = [
  { type: 'none', label: 'None', help: 'Gradients are taken as they are.', fields: describeFields(none) },
  {
    type: 'norm',
    label: 'By their norm',
    help: 'Scales all gradients together, so that their direction stays.',
    fields: describeFields(norm),
  },
  {
    type: 'value',
    label: 'By value',
    help: 'Cuts every number off by itself.',
    fields: describeFields(value),
  },
];
