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
  const config = {
    name: 'relu/seed 1',
    experiment: 'sigmoid or relu',
    choices: { 'model.options.activation': 'relu' },
    model: { preset: 'lenet-5', options: { activation: 'relu' } },
    train: { epochs: 10, batchSize: 64 },
    seed: 1,
    backend: 'cpu',
  };

  test('is the same for another name, seed, device and number of epochs, in any order of keys', () => {
    const { model, ...rest } = config;
    const other = { model, ...rest, name: 'again', choices: {}, seed: 2, backend: 'gpu:0' };
    expect(recipe({ ...other, train: { batchSize: 64, epochs: 20 } })).toBe(recipe(config));
  });

  test('is another one as soon as anything else differs, however deep', () => {
    const model = { preset: 'lenet-5', options: { activation: 'sigmoid' } };
    expect(recipe({ ...config, model })).not.toBe(recipe(config));
    expect(recipe({ ...config, train: { epochs: 10, batchSize: 32 } })).not.toBe(recipe(config));
  });
});
