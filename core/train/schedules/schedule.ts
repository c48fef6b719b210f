import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { describeFields, number } from '../../contract/fields.ts';

/** What a schedule can go by. */
export interface Course {
  /** Epochs done since the warm-up, with the share of the one under way: 0 at the first step behind it. */
  readonly done: number;
  /** Epochs of the whole training behind the warm-up. */
  readonly epochs: number;
  /** What `select` looks at, at the end of each epoch so far; not a number where it was not finite. */
  readonly history: readonly number[];
  readonly direction: 'max' | 'min';
}

/** One entry of the choice `train.schedule`. */
export interface Schedule extends VariantDescriptor {
  readonly schema: z.ZodType<ScheduleSpec>;
  /** It goes by what the epochs come to, so that its course is not known beforehand. */
  readonly followsMetric: boolean;
  /** Share of the base rate. */
  share(spec: ScheduleSpec, course: Course): number;
}

/** Whatever its type, a schedule may begin with a warm-up. */
export interface ScheduleSpec {
  readonly type: string;
  /** Epochs; none where left out. */
  readonly warmup?: number;
  readonly [option: string]: unknown;
}

const warmup = number({
  label: 'Warm-up',
  help: 'Time in which the rate rises from nothing to the base rate, before the schedule begins.',
  unit: 'epochs',
  default: 0,
  minimum: 0,
});

/** Adds the warm-up to a schedule's own fields. */
export function defineSchedule<T extends string, F extends z.ZodRawShape>(definition: {
  readonly type: T;
  readonly label: string;
  readonly help: string;
  readonly fields: F;
  readonly followsMetric?: true;
  share(spec: z.output<z.ZodObject<F>>, course: Course): number;
}): Schedule {
  const { type, label, help, fields, followsMetric = false, share } = definition;
  const schema = z.strictObject({ type: z.literal(type), ...fields, warmup });
  return {
    type,
    label,
    help,
    fields: describeFields(schema),
    followsMetric,
    schema: schema as unknown as Schedule['schema'],
    share: (spec, course) => share(spec as unknown as z.output<z.ZodObject<F>>, course),
  };
}

export const endShare = (help: string, usual: number) =>
  number({ label: 'Final share', help, default: usual, minimum: 0, maximum: 1 });

/** Progress from 0 to 1; a training that is extended beyond its epochs stays at the end. */
export function progress({ done, epochs }: Course): number {
  return Math.min(1, Math.max(0, done / epochs));
}
