import { describe, expect, test } from 'vitest';
import { brushed, makeParameter, steppedBrush } from '../../../../renderer/views/compare/parameters.ts';

const write = (cell: unknown) => String(cell);

describe('a parameter', () => {
  test('of numbers over magnitudes is placed by their logarithms', () => {
    expect(makeParameter('lr', [0.001, 0.01, 0.1], write).places).toEqual([0, expect.closeTo(0.5), 1]);
    expect(makeParameter('batch', [10, 20, 30], write).places).toEqual([0, 0.5, 1]);
  });

  test('of words is placed in their order, and what has none stands by itself', () => {
    const { places, ticks } = makeParameter('fn', ['tanh', 'relu', null], write);
    expect(places).toEqual([1, 0.5, 0]);
    expect(ticks.map(({ text }) => text)).toEqual(['null', 'relu', 'tanh']);
  });

  test('of few values tells each of them, unless they would lie over each other', () => {
    const texts = (cells: number[]) => makeParameter('test', cells, write).ticks.map(({ text }) => text);
    expect(texts([8, 16, 64])).toEqual(['8', '16', '64']);
    expect(texts([0, 98.99, 100])).toEqual(['0', '50', '100']);
  });

  test('says the same words once, however close its values are', () => {
    const { ticks } = makeParameter('seconds', [0.78, 0.81, 0.84, 0.87, 0.9, 0.95], write);
    const texts = ticks.map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(1);
    expect(texts).toEqual([...new Set(texts)]);
  });

  test('without a result has no place on the axis', () => {
    expect(makeParameter('test', [0.9, null, 0.8], write).places[1]).toBeNull();
  });
});

describe('choosing by axes', () => {
  const parameters = [makeParameter('a', [1, 2, 3], write), makeParameter('b', [30, null, 10], write)];

  test('takes what lies inside every stretch, and all while nothing is chosen', () => {
    expect(brushed(parameters, {})).toEqual([true, true, true]);
    expect(brushed(parameters, { a: [0, 0.5] })).toEqual([true, true, false]);
    expect(brushed(parameters, { a: [0, 0.5], b: [0, 1] })).toEqual([true, false, false]);
  });

  test('moves by the keys inside the axis, and never to nothing', () => {
    expect(steppedBrush([0, 0.5], { move: 0.1 })).toEqual([0.1, 0.6]);
    expect(steppedBrush([0.8, 1], { move: 0.1 })).toEqual([0.8, 1]);
    expect(steppedBrush([0.4, 0.45], { widen: -0.1 })).toEqual([0.4, expect.closeTo(0.45)]);
  });
});
