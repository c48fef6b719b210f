import { expect, test } from 'vitest';
import { deltaOf, nestedKeys } from '../../../../renderer/views/compare/deltas.ts';

test('a number differs from the baseline by so much, and by so many times', () => {
  expect(deltaOf([0.01], [0.05])).toBe('+0.04 (×5)');
  expect(deltaOf([64], [32])).toBe('−32 (×0.5)');
  expect(deltaOf([0], [0.9])).toBe('+0.9');
  expect(deltaOf([0.1 + 0.2], [0.4])).toBe('+0.1 (×1.333)');
});

test('what is no single number differs or does not', () => {
  expect(deltaOf(['relu'], ['tanh'])).toBe('≠');
  expect(deltaOf([0.1, 0.2], [0.1])).toBe('≠');
  expect(deltaOf([[1, 28]], [[1, 28]])).toBe('');
  expect(deltaOf([undefined], [null])).not.toBe('+NaN');
});

test('keys are nested under what they lie in, each heading once, plain keys first', () => {
  const lines = nestedKeys([
    'train.optimizer.lr',
    'seed',
    'train.epochs',
    'train.optimizer.type',
    'model.options.activation',
  ]);
  expect(lines.map(({ name, depth, leaf }) => `${'  '.repeat(depth)}${name}${leaf ? '' : ':'}`)).toEqual([
    'seed',
    'model.options:',
    '  activation',
    'train:',
    '  epochs',
    '  optimizer:',
    '    lr',
    '    type',
  ]);
});
