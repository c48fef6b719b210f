import { describe, expect, it } from 'vitest';
import { variantDescriptor } from '../../../core/contract/catalog.ts';
import { layerDescriptors } from '../../../core/layers/index.ts';
import { initializerDescriptors } from '../../../core/train/initializers.ts';
import { lossDescriptors } from '../../../core/train/losses.ts';
import { optimizerDescriptors, optimizerSchema } from '../../../core/train/optimizers/index.ts';
import {
  rateAt,
  rateCourse,
  scheduleDescriptors,
  scheduleSchema,
} from '../../../core/train/schedules/index.ts';
import type { ScheduleSpec } from '../../../core/train/schedules/schedule.ts';

describe('the learning rate', () => {
  it('stays where it is when constant', () => {
    expect(rateAt({ type: 'constant' }, 0.1, 7.3, 10)).toBe(0.1);
  });

  it('falls in steps, each at the end of its epochs', () => {
    const step = { type: 'step', every: 3, factor: 0.1 } as const;
    expect(rateAt(step, 1, 2.999, 10)).toBe(1);
    expect(rateAt(step, 1, 3, 10)).toBeCloseTo(0.1, 15);
    expect(rateAt(step, 1, 6.5, 10)).toBeCloseTo(0.01, 15);
  });

  it('falls along half a cosine from the base to its final share', () => {
    const cosine = { type: 'cosine', final: 0.2 } as const;
    expect(rateAt(cosine, 0.5, 0, 10)).toBe(0.5);
    expect(rateAt(cosine, 0.5, 5, 10)).toBeCloseTo(0.5 * 0.6, 15);
    expect(rateAt(cosine, 0.5, 10, 10)).toBeCloseTo(0.1, 15);
  });

  it('stays at the end of the cosine when the training is extended', () => {
    expect(rateAt({ type: 'cosine', final: 0.2 }, 1, 12, 10)).toBeCloseTo(0.2, 15);
  });

  it('falls by the same factor in every epoch, or as a power of the time that is left', () => {
    expect(rateAt({ type: 'exponential', factor: 0.5 }, 1, 2.5, 10)).toBeCloseTo(0.5 ** 2.5, 15);
    expect(rateAt({ type: 'polynomial', power: 2, final: 0 }, 1, 5, 10)).toBeCloseTo(0.25, 15);
    expect(rateAt({ type: 'polynomial', power: 1, final: 0.5 }, 1, 12, 10)).toBeCloseTo(0.5, 15);
  });

  it('rises to the base rate during a warm-up, and then goes its way over the rest', () => {
    const warm = { type: 'cosine', final: 0, warmup: 2 };
    expect(rateAt(warm, 1, 0, 10)).toBe(0);
    expect(rateAt(warm, 1, 1, 10)).toBeCloseTo(0.5, 15);
    expect(rateAt(warm, 1, 2, 10)).toBe(1);
    expect(rateAt(warm, 1, 6, 10)).toBeCloseTo(0.5, 15);
    expect(rateAt(warm, 1, 10, 10)).toBeCloseTo(0, 15);
  });

  it('is reduced on a plateau, patience starting anew with each reduction', () => {
    const plateau = { type: 'plateau', factor: 0.1, patience: 2, minimumChange: 0, least: 0.001 };
    const rateAfter = (...history: number[]) =>
      rateAt(plateau, 1, history.length, 20, { history, direction: 'max' });
    expect(rateAfter(0.5, 0.4)).toBe(1);
    expect(rateAfter(0.5, 0.4, 0.5)).toBeCloseTo(0.1, 15);
    expect(rateAfter(0.5, 0.4, 0.5, 0.4)).toBeCloseTo(0.1, 15);
    expect(rateAfter(0.5, 0.4, 0.5, 0.4, 0.4)).toBeCloseTo(0.01, 15);
    expect(rateAfter(0.5, 0.4, 0.5, 0.6, 0.6)).toBeCloseTo(0.1, 15);
    expect(rateAfter(...new Array(20).fill(0))).toBe(0.001);
    // Downwards, and with what is not finite counted as no improvement.
    const falling = { history: [3, Number.NaN, Number.NaN], direction: 'min' } as const;
    expect(rateAt(plateau, 1, 3, 20, falling)).toBeCloseTo(0.1, 15);
  });

  it('has defaults for all but the type', () => {
    expect(scheduleSchema.parse({ type: 'step' })).toEqual({
      type: 'step',
      every: 5,
      factor: 0.5,
      warmup: 0,
    });
    expect(optimizerSchema.parse({ type: 'sgd' })).toMatchObject({ momentum: 0.9, weightDecay: 0 });
  });
});

describe('the course of a rate before the training', () => {
  // What the loop asks for: each step by the epochs done before it.
  const trained = (spec: ScheduleSpec, epochs: number, perEpoch: number) =>
    Array.from({ length: epochs * perEpoch }, (_, step) => rateAt(spec, 0.1, step / perEpoch, epochs));
  const specs: readonly ScheduleSpec[] = [
    { type: 'constant' },
    { type: 'step', every: 1, factor: 0.1 },
    { type: 'exponential', factor: 0.5 },
    { type: 'polynomial', power: 1, final: 0 },
    { type: 'polynomial', power: 2, final: 0.1 },
    { type: 'cosine', final: 0 },
    { type: 'cosine', final: 0, warmup: 1 },
    { type: 'plateau', factor: 0.5, patience: 3, minimumChange: 0, least: 0.001 },
  ];

  it.each(specs)('is what the steps train with, where each can be drawn: %o', (spec) => {
    expect(rateCourse(spec, 0.1, 4, 7).rates).toEqual(trained(spec, 4, 7));
  });

  it.each(specs)('begins and ends with the rates of the first and last step of many: %o', (spec) => {
    const { rates } = rateCourse(spec, 0.1, 4, 782);
    const all = trained(spec, 4, 782);
    expect(rates).toHaveLength(241);
    expect([rates[0], rates.at(-1)]).toEqual([all[0], all.at(-1)]);
    for (const rate of rates) expect(all).toContain(rate);
  });

  it('ends on the last step of a staircase, not on the one after the training', () => {
    const { rates } = rateCourse({ type: 'step', every: 1, factor: 0.1 }, 1, 3, null);
    expect(rates.at(-1)).toBeCloseTo(0.01, 15);
  });

  it('is one rate where there is one step', () => {
    expect(rateCourse({ type: 'cosine', final: 0 }, 0.1, 1, 1).rates).toEqual([0.1]);
  });
});

describe('every form', () => {
  const all = [
    ...layerDescriptors,
    ...lossDescriptors,
    ...optimizerDescriptors,
    ...scheduleDescriptors,
    ...initializerDescriptors,
  ];

  it.each(all.map((descriptor) => [descriptor.type, descriptor] as const))(
    'is described as the contract says: %s',
    (_, descriptor) => {
      expect(variantDescriptor.parse(descriptor)).toEqual(descriptor);
      for (const { label, help } of [descriptor, ...descriptor.fields]) {
        expect(label).not.toBe('');
        expect(help).not.toBe('');
      }
    },
  );

  it('shows every field of a layer but those that the graph itself asks for', () => {
    const conv = layerDescriptors.find(({ type }) => type === 'conv');
    expect(conv?.fields.map(({ key }) => key)).toEqual([
      'filters',
      'kernel',
      'stride',
      'pad',
      'groups',
      'connections',
      'bias',
      'activation',
      'init',
    ]);
  });
});
