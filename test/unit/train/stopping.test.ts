import { describe, expect, it } from 'vitest';
import { stoppingSchema, stopReason } from '../../../core/train/stopping.ts';

const select = { metric: 'validation/accuracy', direction: 'max' } as const;
const accuracies = (...values: (number | null)[]) =>
  values.map((value) => ({ 'validation/accuracy': value }));

describe('early stopping', () => {
  const patient = stoppingSchema.parse({ type: 'no-improvement', patience: 2, minimumChange: 0.01 });

  it('says which metric has not improved, for how long, and which epoch is best', () => {
    expect(stopReason(patient, accuracies(0.5, 0.6, 0.605), select)).toBeNull();
    expect(stopReason(patient, accuracies(0.5, 0.6, 0.605, 0.609), select)).toBe(
      'validation/accuracy has not risen by more than 0.01 for 2 epochs (patience 2): the best was 0.6 after epoch 2.',
    );
    expect(stopReason(patient, accuracies(0.5, 0.6, 0.605, 0.62), select)).toBeNull();
  });

  it('looks at the metric asked for, losses downwards', () => {
    const losses = [1, 0.5, 0.6].map((loss) => ({ 'train/loss': loss }));
    const of = stoppingSchema.parse({ type: 'no-improvement', metric: 'train/loss', patience: 1 });
    expect(stopReason(of, losses, select)).toContain('train/loss has not fallen for 1 epoch');
    expect(stopReason(of, losses.slice(0, 2), select)).toBeNull();
  });

  it('counts what is not finite as no improvement', () => {
    expect(stopReason(patient, accuracies(null, null), select)).toContain('no epoch had a finite value');
  });

  it('ends where the change of the loss is below a bound, as often as asked', () => {
    const losses = [1, 0.5, 0.4999, 0.4998].map((loss) => ({ 'train/loss': loss }));
    const once = stoppingSchema.parse({ type: 'settled', bound: 0.001 });
    const twice = stoppingSchema.parse({ type: 'settled', bound: 0.001, patience: 2 });
    expect(stopReason(once, losses.slice(0, 2), select)).toBeNull();
    expect(stopReason(once, losses.slice(0, 3), select)).toMatch(/changed by 0.000100, less than 0.001/);
    expect(stopReason(twice, losses.slice(0, 3), select)).toBeNull();
    expect(stopReason(twice, losses, select)).toContain('for 2 epochs in a row');
  });

  it('ends as soon as a metric reaches a value, losses downwards', () => {
    const errors = [0.7, 0.76, 0.74].map((accuracy) => ({ 'train/accuracy': accuracy }));
    const quarter = stoppingSchema.parse({ type: 'reached', metric: 'train/accuracy', value: 0.75 });
    expect(stopReason(quarter, errors.slice(0, 1), select)).toBeNull();
    expect(stopReason(quarter, errors.slice(0, 2), select)).toBe(
      'train/accuracy came to 0.7600, and was to reach 0.75.',
    );
    const low = stoppingSchema.parse({ type: 'reached', metric: 'validation/loss', value: 0.5 });
    expect(stopReason(low, [{ 'validation/loss': 0.6 }], select)).toBeNull();
    expect(stopReason(low, [{ 'validation/loss': 0.5 }], select)).not.toBeNull();
    expect(stopReason(low, [{ 'validation/loss': null }], select)).toBeNull();
  });

  it('does nothing where nobody asked for it', () => {
    expect(stopReason(undefined, accuracies(1, 1, 1, 1, 1, 1, 1), select)).toBeNull();
    expect(stopReason({ type: 'none' }, accuracies(1, 1, 1), select)).toBeNull();
  });
});
