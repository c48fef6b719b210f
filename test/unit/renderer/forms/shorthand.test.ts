import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../../core/contract/catalog.ts';
import type { Text } from '../../../../renderer/app/text.ts';
import {
  formSections,
  startingShorthand,
  typedParts,
  variantDefaults,
} from '../../../../renderer/views/new-experiment/fields.ts';

const catalog = {
  optimizers: [],
  schedules: [],
  clipping: [],
  averaging: [],
  snapshots: [],
  stopping: [
    { type: 'none', label: 'Not', help: '', fields: [] },
    {
      type: 'reached',
      label: 'Target',
      help: 'Ends there.',
      fields: [{ key: 'value', label: 'Value', kind: 'number', help: '', default: 0.75 }],
    },
  ],
  losses: [{ type: 'mse', label: 'Squared error', help: '', fields: [] }],
  preprocessing: [],
  shorthand: [
    { key: 'shorthand', label: 'Network in shorthand', kind: 'text', help: '' },
    { key: 'activation', label: 'Activation', kind: 'choice', help: '', default: 'tanh' },
  ],
  models: [
    {
      name: 'lenet-5',
      title: 'LeNet-5',
      options: [{ key: 'pooling', label: 'Pooling', kind: 'choice', help: '' }],
    },
  ],
  datasets: [
    { name: 'cifar-10', title: 'CIFAR-10', shape: [3, 32, 32], classes: ['cat', 'dog', 'frog'] },
    { name: 'caltech-101', title: 'Caltech-101', shape: null, classes: ['ketch'] },
  ],
} as unknown as Catalog;

const text = ((key: string) => key) as unknown as Text;
const networkPaths = (draft: Record<string, unknown>) =>
  formSections(catalog, [], draft, text)
    .find(({ id }) => id === 'network')
    ?.fields.map(({ path }) => path);

describe('a part with a type', () => {
  const paths = (draft: Record<string, unknown>) =>
    formSections(catalog, [], draft, text)
      .find(({ id }) => id === 'training')
      ?.fields.map(({ path }) => path);

  it('brings the fields of the type that is chosen, of the first where none is', () => {
    expect(paths({ train: { earlyStopping: { type: 'reached' } } })).toContain('train.earlyStopping.value');
    expect(paths({ train: {} })).toContain('train.earlyStopping.type');
    expect(paths({ train: {} })).not.toContain('train.earlyStopping.value');
  });

  it('may be left to the preset', () => {
    const [loss] = typedParts(catalog, { model: { preset: 'lenet-5' } }, text);
    const [own, mse] = loss?.variants ?? [];
    expect(variantDefaults(loss?.variants ?? [], own?.type ?? '')).toBeUndefined();
    expect(variantDefaults(loss?.variants ?? [], mse?.type ?? '')).toEqual({ type: 'mse' });
  });
});

describe('a network in shorthand', () => {
  it('is edited at its own paths, where a preset has its options', () => {
    expect(networkPaths({ model: { shorthand: '1x28x28-10N' } })).toEqual([
      'model.shorthand',
      'model.activation',
      'model.loss.type',
    ]);
    expect(networkPaths({ model: { preset: 'lenet-5' } })).toEqual([
      'model.options.pooling',
      'model.loss.type',
    ]);
  });

  it('begins with one that fits the data set', () => {
    const start = (dataset: object) => startingShorthand(catalog, { dataset });
    expect(start({ name: 'cifar-10' })).toBe('3x32x32-20C5-MP2-40C5-MP2-150N-3N');
    expect(start({ name: 'caltech-101' })).toMatch(/^1x28x28-.*-1N$/);
    // What derived data look like, the catalogue does not tell.
    expect(start({ name: 'cifar-10', derive: [{ type: 'grey' }] })).toMatch(/^1x28x28-.*-10N$/);
  });
});
