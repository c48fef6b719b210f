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
const mostDrawn = 241;

/** Of an epoch, for the curve alone, where it is not known how many there are. */
const usualSteps = 100;

/** A schedule before the training: the rates of evenly spaced steps, from the first to the last of them. */
export interface RateCourse {
  readonly rates: number[];
  /** True where the rate falls only when a metric stops improving, which the rates cannot show. */
  readonly followsMetric: boolean;
}

/**
 * @param stepsPerEpoch null where it is not known yet how many samples there are
 */
export function rateCourse(
  spec: ScheduleSpec,
  baseRate: number,
  epochs: number,
  stepsPerEpoch: number | null,
): RateCourse {
  const perEpoch = stepsPerEpoch ?? usualSteps;
  // No step is done at the very end: a schedule may have another rate there, which trains nothing.
  const last = epochs * perEpoch - 1;
  const count = Math.min(mostDrawn, last + 1);
  const rates = Array.from({ length: count }, (_, i) => {
    const step = count === 1 ? 0 : Math.round((last * i) / (count - 1));
    return rateAt(spec, baseRate, step / perEpoch, epochs);
  });
  return { rates, followsMetric: scheduleOf(spec).followsMetric };
}

/** For the window's forms. */
export const scheduleDescriptors: readonly VariantDescriptor[] = schedules.map(
  ({ type, label, help, fields }) => ({ type, label, help, fields: [...fields] }),
);
