import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { defineStep } from './step.ts';

const schema = z.strictObject({
  type: z.literal('scale'),
  to: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low !== high, 'the two ends must differ')
    .default([0, 1]),
});

/** The range of a pixel, black to white, spread over [a, b], whatever came before. */
export const scale = defineStep<z.output<typeof schema>>({
  type: 'scale',
  label: 'Scale',
  help: 'Maps black to the first value and white to the second.',
  schema: schema as z.ZodType<z.output<typeof schema>>,
  fields: [
    { key: 'to.0', label: 'Black becomes', kind: 'number', default: 0, help: 'Value of a pixel of 0.' },
    { key: 'to.1', label: 'White becomes', kind: 'number', default: 1, help: 'Value of a pixel of 255.' },
  ],
  apply({ to: [low, high] }, _before, _channel, { source }) {
    if (source.images instanceof Uint8Array) return { scale: (high - low) / 255, shift: low };
    throw new ConvolabError('spec.invalid', 'The samples are whitened: they have no black and no white.', {
      subject: 'dataset.preprocess',
      hint: 'Leave { type: scale } out.',
      issues: [{ path: 'dataset.preprocess', message: 'whitened samples have no black and white to scale' }],
    });
  },
});
