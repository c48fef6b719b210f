import { describe, expect, it } from 'vitest';
import { variantDescriptor } from '../../../core/contract/catalog.ts';
import { layerDescriptors } from '../../../core/layers/index.ts';
import { initializerDescriptors } from '../../../core/train/initializers.ts';
import { lossDescriptors } from '../../../core/train/losses.ts';
import { optimizerDescriptors, optimizerSchema } from '../../../core/train/optimizers.ts';
import { rateAt, scheduleDescriptors, scheduleSchema } from '../../../core/train/schedules.ts';

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

  it('has defaults for all but the type', () => {
    expect(scheduleSchema.parse({ type: 'step' })).toEqual({ type: 'step', every: 5, factor: 0.5 });
    expect(optimizerSchema.parse({ type: 'sgd' })).toMatchObject({ momentum: 0.9, weightDecay: 0 });
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
