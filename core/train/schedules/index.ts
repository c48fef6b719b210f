import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { exponential } from './exponential.ts';
import { plateau } from './plateau.ts';
import { polynomial } from './polynomial.ts';
import type { Schedule, ScheduleSpec } from './schedule.ts';
import { step } from './step.ts';

/** Every schedule there is: one line each. */
const schedules: readonly Schedule[] = [constant, step, exponential, polynomial, cosine, plateau];

const [first, ...rest] = schedules.map(({ schema }) => schema);
/** `train.schedule`, defaults filled in. */
export const scheduleSchema = z.union([first as Schedule['schema'], ...rest]);

/** What is known of the metric that a schedule may go by. */
export interface Selected {
  /** At the end of each epoch so far. */
  readonly history: readonly number[];
  readonly direction: 'max' | 'min';
}

const unseen: Selected = { history: [], direction: 'max' };

/**
 * Learning rate at a point of the training.
 * @param epochFraction epochs done so far, with the share of the one under way: 0 at the first step, 1.5 amid the second
 * @param epochs length of the whole training
 */
export function rateAt(
  spec: ScheduleSpec,
  baseRate: number,
  epochFraction: number,
  epochs: number,
  selected: Selected = unseen,
): number {
  const { warmup = 0 } = spec;
  if (epochFraction < warmup) return (baseRate * epochFraction) / warmup;
  const schedule = scheduleOf(spec);
  const course = { done: epochFraction - warmup, epochs: epochs - warmup, ...selected };
  return baseRate * schedule.share(spec, course);
}

/** Parsing has found the type among those known. */
function scheduleOf(spec: ScheduleSpec): Schedule {
  return schedules.find(({ type }) => type === spec.type) as Schedule;
}

/** Enough for a curve as wide as it is ever drawn. */
const mostDrawn = 240;

/** A schedule before the training: rates at evenly spaced moments from its first step to its end. */
export interface RateCourse {
  readonly rates: number[];
  /** True where the rate falls only when a metric stops improving, which the rates cannot show. */
  readonly followsMetric: boolean;
}

export function rateCourse(spec: ScheduleSpec, baseRate: number, epochs: number): RateCourse {
  const count = Math.min(mostDrawn, 16 * epochs) + 1;
  const rates = Array.from({ length: count }, (_, i) =>
    rateAt(spec, baseRate, (epochs * i) / (count - 1), epochs),
  );
  return { rates, followsMetric: scheduleOf(spec).followsMetric };
}

/** For the window's forms. */
export const scheduleDescriptors: readonly VariantDescriptor[] = schedules.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
