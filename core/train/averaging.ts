import { z } from 'zod';
import type { ProgramState } from '../backends/backend.ts';
import type { VariantDescriptor } from '../contract/catalog.ts';
import { boolean, describeFields, number } from '../contract/fields.ts';

const none = z.strictObject({ type: z.literal('none') });

const exponential = z.strictObject({
  type: z.literal('exponential'),
  decay: number({
    label: 'Memory',
    help: 'Share of the average that each step keeps; 0.999 looks back over about a thousand steps.',
    default: 0.999,
    minimum: 0,
    maximum: 0.999999,
  }),
  use: boolean({
    label: 'Judge and export the average',
    help: 'Evaluations, the best weights and exports are of the average; otherwise of the last step’s weights.',
    default: true,
  }),
});

/** `train.average`: a running average of the weights beside those that are trained. */
export const averageSchema = z.discriminatedUnion('type', [none, exponential]);
export type AverageSpec = z.output<typeof averageSchema>;

/** Share that each step keeps; undefined where no average is kept. */
export function averageDecay(spec: AverageSpec | undefined): number | undefined {
  return spec?.type === 'exponential' ? spec.decay : undefined;
}

/** The parameters that evaluations and exports are of: the averages where they are kept and chosen, else the last ones. */
export function judgedParameters(
  state: ProgramState,
  spec: AverageSpec | undefined,
): ReadonlyMap<string, Float32Array> {
  if (spec?.type !== 'exponential' || !spec.use) return state.parameters;
  return new Map(
    [...state.parameters].map(([name, values]) => [name, state.optimizer.get(`${name}.average`) ?? values]),
  );
}

/** For the window's forms. */
export const averageDescriptors: readonly VariantDescriptor[] = [
  { type: 'none', label: 'None', help: 'The weights are the last step’s.', fields: describeFields(none) },
  {
    type: 'exponential',
    label: 'Exponential moving average',
    help: 'An average of the weights over the last steps, which jumps about less than they do.',
    fields: describeFields(exponential),
  },
];
