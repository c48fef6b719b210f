import { expect, test } from 'vitest';
import { nearest, suggestion } from '../../../core/contract/nearest.ts';

test.each([
  ['kernal', 'kernel'],
  ['batchsize', 'batchSize'],
  ['batch-size', 'batchSize'],
  ['epohcs', 'epochs'],
  ['lenet5', 'lenet-5'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, ['filters', 'kernel', 'batchSize', 'epochs', 'lenet-5'])).toBe(meant);
});

test('a word like no other suggests nothing', () => {
  expect(nearest('zebra', ['kernel', 'stride'])).toBeUndefined();
  expect(suggestion('zebra', ['kernel'])).toBe('');
});
