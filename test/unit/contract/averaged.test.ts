import { describe, expect, test } from 'vitest';
import { countedRuns, type Repeatable, recipe } from '../../../core/contract/averaged.ts';

const run = (id: string, seed: number, changes: Partial<Repeatable> = {}): Repeatable => ({
  id,
  seed,
  status: 'finished',
  bestEpoch: 2,
  epoch: 10,
  createdAt: `2026-01-01T00:00:0${id.length}.000Z`,
  ...changes,
});
const counted = (runs: Repeatable[], recipeOf: (run: Repeatable) => string = () => 'relu') => {
  const found = countedRuns(runs, recipeOf);
  return {
    counted: found.counted.map(({ id }) => id),
    repeats: found.repeats.map(({ counted: one, left }) => [one.id, ...left.map(({ id }) => id)]),
  };
};

describe('counting seeds', () => {
  test('counts a seed that was trained twice once, the run made first', () => {
    expect(counted([run('bb', 1), run('a', 1), run('c', 2)])).toEqual({
      counted: ['a', 'c'],
      repeats: [['a', 'bb']],
    });
  });

  test('counts the run that trained longest, whenever it was made', () => {
    expect(counted([run('a', 1, { epoch: 3 }), run('bb', 1)])).toEqual({
      counted: ['bb'],
      repeats: [['bb', 'a']],
    });
  });

  test('takes the same seed of another configuration for another observation', () => {
    expect(counted([run('a', 1), run('bb', 1)], ({ id }) => id)).toEqual({
      counted: ['a', 'bb'],
      repeats: [],
    });
  });

  test('leaves out what has not ended, so that a repeat under way takes nothing away', () => {
    const live = run('bb', 1, { status: 'running', epoch: 12 });
    expect(counted([run('a', 1), live])).toEqual({ counted: ['a'], repeats: [] });
  });
});

describe('the recipe of a run', () => {
  const leaves = {
    name: 'relu/seed 1',
    experiment: 'sigmoid or relu',
    'choices.model.options.activation': 'relu',
    'model.options.activation': 'relu',
    'train.epochs': 10,
    'train.batchSize': 64,
    seed: 1,
    backend: 'cpu',
  };

  test('is the same for another name, seed, device and number of epochs, in any order of keys', () => {
    const other = { ...leaves, name: 'again', seed: 2, backend: 'gpu:0', 'train.epochs': 20 };
    const reversed = Object.fromEntries(Object.entries(other).reverse());
    expect(recipe(reversed)).toBe(recipe(leaves));
  });

  test('is another one as soon as anything else differs', () => {
    expect(recipe({ ...leaves, 'model.options.activation': 'sigmoid' })).not.toBe(recipe(leaves));
    expect(recipe({ ...leaves, 'train.batchSize': 32 })).not.toBe(recipe(leaves));
    expect(recipe({ ...leaves, 'train.clip': 1 })).not.toBe(recipe(leaves));
  });
});
