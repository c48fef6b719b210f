import { describe, expect, test } from 'vitest';
import { complete } from '../../../core/contract/filter/complete.ts';
import {
  checkKeys,
  keyNames,
  needsSettings,
  numberPaths,
  shortestName,
} from '../../../core/contract/filter/keys.ts';
import { matches } from '../../../core/contract/filter/match.ts';
import { type Filter, parseFilter } from '../../../core/contract/filter/parse.ts';
import { FilterError } from '../../../core/contract/filter/tokens.ts';
import { packSettings, unpackSettings } from '../../../core/contract/settings.ts';
import { runRow } from '../renderer/runs.ts';

/** A filter as nested lists, so that its shape can be read at a glance. */
function shape(filter: Filter): unknown {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [filter.kind, ...filter.parts.map(shape)];
    case 'not':
      return ['not', shape(filter.part)];
    case 'comparison':
      return `${filter.key.text} ${filter.operator} ${filter.value.number ?? filter.value.text}`;
    case 'text':
      return filter.text;
    case 'all':
      return 'all';
  }
}

const shapeOf = (text: string) => shape(parseFilter(text));

describe('reading a filter', () => {
  test.each([
    ['', 'all'],
    ['   ', 'all'],
    ['relu', 'relu'],
    ['relu/seed 2', ['and', 'relu/seed', '2']],
    ['activation = relu and best > 0.99', ['and', 'activation = relu', 'best > 0.99']],
    ['lr=0.1', 'lr = 0.1'],
    ['best>=99%', 'best >= 0.99'],
    ['a = 1 or b = 2 and c = 3', ['or', 'a = 1', ['and', 'b = 2', 'c = 3']]],
    ['(a = 1 or b = 2) and c = 3', ['and', ['or', 'a = 1', 'b = 2'], 'c = 3']],
    ['not a = 1 b', ['and', ['not', 'a = 1'], 'b']],
    ['NOT (x OR y)', ['not', ['or', 'x', 'y']]],
    ['name ~ "a (b) and"', 'name ~ a (b) and'],
    ['"or" "not"', ['and', 'or', 'not']],
    ['lr = 1e-3 notes !~ x', ['and', 'lr = 0.001', 'notes !~ x']],
    ['a != -2', 'a != -2'],
  ])('%j', (text, expected) => {
    expect(shapeOf(text)).toEqual(expected);
  });

  test.each([
    ['activation =', 11, 12, 'needs a value'],
    ['activation = and best > 1', 11, 12, 'needs a value'],
    ['= relu', 0, 1, 'needs a key'],
    ['a = 1 and', 6, 9, 'Something is missing behind "and"'],
    ['a = 1 or or b', 9, 11, 'does not belong here'],
    ['(a = 1', 0, 1, 'not closed'],
    ['a = 1)', 5, 6, 'does not belong here'],
    ['name = "relu', 7, 12, 'quote is not closed'],
    ['not', 0, 3, 'Something is missing behind "not"'],
    ['a ! b', 2, 3, '"!" stands before'],
    ['a = = b', 2, 3, 'needs a value'],
    ['()', 1, 2, 'does not belong here'],
    ['best > 1 && seed = 1', 9, 11, 'write "and"'],
    ['a | b', 2, 3, 'write "or"'],
    ['best ≥ 0.5', 5, 6, 'write ">="'],
    ['best > 60 %', 10, 11, 'right behind its number'],
    ["name = 'relu'", 7, 13, 'straight double quotes'],
  ])('%j is refused at its place', (text, from, to, message) => {
    const fault = faultOf(() => parseFilter(text));
    expect(fault).toMatchObject({ code: 'filter.invalid', from, to, exitCode: 2 });
    expect(fault.message).toContain(message);
  });

  test('anything at all is read or refused, never worse', () => {
    const pieces = [
      '(',
      ')',
      '"',
      '=',
      '!',
      '~',
      '<',
      'and',
      'or',
      'not',
      'none',
      'relu',
      '9%',
      ' ',
      '"a b"',
    ];
    let state = 7;
    const draw = (count: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * count);
    };
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: 1 + draw(9) }, () => pieces[draw(pieces.length)]).join(
        draw(2) ? ' ' : '',
      );
      try {
        matches(parseFilter(text), runRow(), {});
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(FilterError);
        const { from, to } = thrown as FilterError;
        expect(from >= 0 && from < to && to <= text.length).toBe(true);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(2900);
  });
});

function faultOf(work: () => unknown): FilterError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof FilterError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

const relu = runRow({ id: 'relu', best: 0.9912, last: { 'train/loss': 0.03 }, tags: ['Good', 'keep'] });
const sigmoid = runRow({
  id: 'sigmoid',
  name: 'sigmoid/seed 1',
  experimentName: 'Pooling',
  choices: {},
  status: 'paused',
  best: null,
  test: null,
  notes: 'with noise',
});
const settings = {
  relu: { 'model.options.activation': 'relu', 'train.optimizer.lr': 0.1, 'dataset.validation': 5000 },
  sigmoid: { 'model.options.activation': 'sigmoid', 'train.optimizer.lr': 0.01, 'model.input': [1, 28, 28] },
};
const picked = (text: string) =>
  [relu, sigmoid]
    .filter((run) => matches(parseFilter(text), run, settings[run.id as keyof typeof settings]))
    .map((run) => run.id);

describe('what a filter picks', () => {
  test.each([
    ['', ['relu', 'sigmoid']],
    ['pooling paused', ['sigmoid']],
    ['sigmoid VS relu', ['relu']],
    ['noise', ['sigmoid']],
    ['activation = ReLU', ['relu']],
    ['optimizer.lr < 0.05', ['sigmoid']],
    ['model.options.activation != relu', ['sigmoid']],
    ['activation = relu and best > 0.99', ['relu']],
    ['best > 99.2%', []],
    ['best <= 99.12%', ['relu']],
    ['best = none', ['sigmoid']],
    ['best != none', ['relu']],
    ['not best > 0.5', ['sigmoid']],
    ['best != 0.9912', ['sigmoid']],
    ['train/loss < 0.1', ['relu']],
    ['tag = good', ['relu']],
    ['tag = none', ['sigmoid']],
    ['status = paused or tag ~ kee', ['relu', 'sigmoid']],
    ['notes !~ noise', ['relu']],
    ['created >= 2026-01-02', ['relu', 'sigmoid']],
    ['created > 2026-01-03', []],
    ['input = [1,28,28]', ['sigmoid']],
    ['validation >= 5000', ['relu']],
    ['name > 3', ['relu', 'sigmoid']],
    ['lr > many', []],
    ['(status = paused or status = failed) activation = relu', []],
  ])('%j', (text, expected) => {
    expect(picked(text)).toEqual(expected);
  });

  const known = {
    metrics: new Set(['train/loss']),
    paths: new Set(Object.keys(settings.relu)),
    numbers: numberPaths(Object.values(settings)),
  };

  test.each([
    ['best > abc', 7, 10, '"best" is a number, and "abc" is not.'],
    ['seed = one', 7, 10, '"seed" is a number'],
    ['best > 0.9x', 7, 11, '"best" is a number'],
    ['best > none', 7, 11, '"best" is a number'],
    ['train/loss < low', 13, 16, '"train/loss" is a number'],
    ['optimizer.lr = 0,1', 15, 18, '"optimizer.lr" is a number'],
    ['relu created > yesterday', 15, 24, '"created" is a date'],
    ['status = Finised', 9, 16, 'No run is ever "Finised" (did you mean "finished"?).'],
    ['train/los < 1', 0, 9, 'No run has a key "train/los" (did you mean "train/loss"?).'],
  ])('%j is refused, since it could pick nothing', (text, from, to, message) => {
    const fault = faultOf(() => checkKeys(parseFilter(text), text, known));
    expect(fault).toMatchObject({ from, to });
    expect(fault.message).toContain(message);
  });

  test.each([
    'best = none',
    'seed = "1"',
    'lr != none',
    'created > 2026',
    'created < 2026-01-31T12:00',
    'status != PAUSED',
    'status = none',
    'status ~ pau',
    'activation > a',
    'best ~ 0.99',
  ])('%j is let through', (text) => {
    expect(() => checkKeys(parseFilter(text), text, known)).not.toThrow();
  });

  test('a key that no run has is refused with the one that was meant', () => {
    const check = (text: string) => checkKeys(parseFilter(text), text, known);
    expect(faultOf(() => check('best > 0.9 and activaton = relu'))).toMatchObject({
      from: 15,
      to: 24,
      message: 'No run has a key "activaton" (did you mean "activation"?).',
    });
    expect(() => check('lr = 0.1 train/loss < 1 seed = 1 options.activation = relu')).not.toThrow();
  });

  test('configurations are asked for only where they are needed', () => {
    expect(needsSettings(parseFilter('relu best > 0.5 train/loss < 1'))).toBe(false);
    expect(needsSettings(parseFilter('not (best > 0.5 or lr = 1)'))).toBe(true);
  });
});

describe('keys', () => {
  const paths = new Set([
    'train.optimizer.lr',
    'train.optimizer.type',
    'train.schedule.type',
    'seed',
    'dataset.name',
  ]);

  test('are called by the shortest end that means nothing else', () => {
    expect([...paths].map((path) => shortestName(path, paths))).toEqual([
      'lr',
      'optimizer.type',
      'schedule.type',
      'seed',
      'dataset.name',
    ]);
    expect(
      keyNames({ metrics: new Set(['train/loss']), paths }).filter((name) => name === 'seed'),
    ).toHaveLength(1);
  });
});

describe('completion', () => {
  const source = {
    keys: ['activation', 'best', 'bestEpoch', 'name'],
    valuesOf: (key: string) => (key === 'activation' ? ['relu', 'leaky relu'] : []),
  };
  const at = (text: string) => complete(text, text.length, source);

  test.each([
    ['', 0, ['activation', 'best', 'bestEpoch', 'name']],
    ['be', 0, ['best', 'bestEpoch']],
    ['a = 1 and ac', 10, ['activation']],
    ['(n', 1, ['name', 'activation']],
    ['activation ', 11, ['=', '!=', '<', '<=', '>', '>=', '~', '!~']],
    ['activation = ', 13, ['relu', '"leaky relu"']],
    ['activation = le', 13, ['"leaky relu"']],
    ['activation = relu ', 18, ['and', 'or']],
    ['name', 0, []],
    ['name = "half', 12, []],
  ])('%j', (text, from, options) => {
    expect(at(text)).toEqual({ from, to: text.length, options });
  });

  test('what is proposed for the place of the caret leaves the rest alone', () => {
    expect(complete('be = 1', 2, source)).toEqual({ from: 0, to: 2, options: ['best', 'bestEpoch'] });
  });
});

test('configurations survive being packed, each value said once', () => {
  const runs = [
    ['a', { lr: 0.1, size: [2, 2], only: null }],
    ['b', { lr: 0.1, size: [2, 2] }],
    ['c', { lr: '0.1' }],
  ] as const;
  const packed = packSettings(runs);
  expect(packed.columns.find(({ path }) => path === 'lr')).toEqual({
    path: 'lr',
    values: [0.1, '0.1'],
    places: [0, 0, 1],
  });
  expect([...unpackSettings(packed)]).toEqual(runs);
});
