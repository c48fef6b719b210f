import { beforeEach, describe, expect, test } from 'vitest';
import { useText } from '../../../../renderer/app/text.ts';
import {
  allColumns,
  groupSpread,
  type RunColumn,
  usualDirection,
  writeSpread,
} from '../../../../renderer/views/runs/columns.ts';
import { moved, useTableLayout } from '../../../../renderer/views/runs/table-layout.ts';
import { bestOf, type TableOrder, tableRows } from '../../../../renderer/views/runs/table-rows.ts';
import { runRow } from '../runs.ts';

const settings: Record<string, Record<string, unknown>> = {
  a: { 'model.options.activation': 'relu', 'train.optimizer.lr': 0.1 },
  b: { 'model.options.activation': 'sigmoid', 'train.optimizer.lr': 0.1 },
  c: { 'model.options.activation': 'relu', 'train.optimizer.lr': 0.01 },
  d: { 'model.options.activation': 'relu', 'train.optimizer.lr': 0.1 },
};
const runs = [
  runRow({ id: 'a', best: 0.98, test: 0.97, last: { 'train/loss': 0.2 } }),
  runRow({ id: 'b', best: 0.9, test: 0.89, last: { 'train/loss': 0.5 } }),
  runRow({ id: 'c', best: null, bestEpoch: null, test: null }),
  runRow({ id: 'd', seed: 2, best: 0.96, test: 0.95, last: { 'train/loss': 0.1 } }),
];
const columns = allColumns({
  bestMetric: 'validation/accuracy',
  metrics: ['train/loss'],
  paths: new Set(Object.keys(settings.a!)),
  numericPaths: new Set(['train.optimizer.lr']),
  settingsOf: (run) => settings[run] ?? {},
  extremesOf: (run) =>
    run === 'd' ? undefined : { run, least: { value: 0.1, epoch: 3 }, most: { value: 0.7, epoch: 1 } },
  directionOf: (_key, usual) => usual,
  text: useText(),
});
const column = (key: string) => columns.find((one) => one.key === key) as RunColumn;
const order: TableOrder = {
  sorting: [],
  columns,
  groupBy: [],
  folded: new Set(),
  pinned: new Set(),
  settingsOf: (run) => settings[run] ?? {},
};
const keys = (changes: Partial<TableOrder>) =>
  tableRows(runs, { ...order, ...changes }).map((row) =>
    row.kind === 'group' ? `[${row.group.label}]` : row.key,
  );

test('a column of the best of any metric takes the end that is good, and says what is not read yet', () => {
  const best = column('best:train/loss');
  expect(runs.map((run) => best.value(run))).toEqual([0.1, 0.1, 0.1, null]);
  expect([best.write(runs[0]!), best.write(runs[3]!)]).toEqual(['0.1000', '…']);
});

describe('rows of the table', () => {
  test('are sorted by any column, those without a value last either way', () => {
    expect(keys({ sorting: [{ key: 'best', descending: true }] })).toEqual(['a', 'd', 'b', 'c']);
    expect(keys({ sorting: [{ key: 'best', descending: false }] })).toEqual(['b', 'd', 'a', 'c']);
    expect(keys({ sorting: [{ key: 'last:train/loss', descending: false }] })).toEqual(['d', 'a', 'b', 'c']);
    expect(keys({ sorting: [{ key: 'setting:train.optimizer.lr', descending: false }] })[0]).toBe('c');
  });

  test('what is alike by one column is sorted by the next', () => {
    const rate = { key: 'setting:train.optimizer.lr', descending: true };
    const by = (key: string, descending: boolean) => keys({ sorting: [rate, { key, descending }] });
    expect(by('best', true)).toEqual(['a', 'd', 'b', 'c']);
    expect(by('best', false)).toEqual(['b', 'd', 'a', 'c']);
    expect(keys({ sorting: [{ key: 'no such column', descending: true }, rate] })[3]).toBe('c');
  });

  test('are grouped by configuration keys, numbers by size, and fold', () => {
    const groupBy = ['model.options.activation', 'train.optimizer.lr'];
    expect(keys({ groupBy })).toEqual(['[relu, 0.01]', 'c', '[relu, 0.1]', 'a', 'd', '[sigmoid, 0.1]', 'b']);
    const folded = new Set([JSON.stringify(['relu', 0.1])]);
    expect(keys({ groupBy, folded })).toEqual(['[relu, 0.01]', 'c', '[relu, 0.1]', '[sigmoid, 0.1]', 'b']);
  });

  test('groups are sorted by their mean', () => {
    const groupBy = ['model.options.activation'];
    expect(keys({ groupBy, sorting: [{ key: 'test', descending: false }] })).toEqual([
      '[sigmoid]',
      'b',
      '[relu]',
      'd',
      'a',
      'c',
    ]);
  });

  test('pinned runs come first, outside every group', () => {
    expect(keys({ groupBy: ['train.optimizer.lr'], pinned: new Set(['b']) })).toEqual([
      'b',
      '[0.01]',
      'c',
      '[0.1]',
      'a',
      'd',
    ]);
  });
});

describe('figures', () => {
  test('of a group count a seed that was trained twice once', () => {
    settings.again = settings.a!;
    const twice = [...runs, runRow({ id: 'again', createdAt: '2026-01-03T10:00:00.000Z', test: 0.97 })];
    const rows = tableRows(twice, { ...order, groupBy: ['model.options.activation'] });
    const group = rows.flatMap((row) => (row.kind === 'group' ? [row.group] : []))[0]!;
    expect(group.runs.map(({ id }) => id)).toEqual(['a', 'c', 'd', 'again']);
    expect(group.counted.map(({ id }) => id)).toEqual(['a', 'd']);
    expect(groupSpread(column('test'), group.counted)?.count).toBe(2);
  });

  test('a group has mean and spread of the runs that have a figure, with their number', () => {
    const test = column('test');
    const spread = groupSpread(
      test,
      runs.filter(({ id }) => id !== 'b'),
    )!;
    expect(spread.count).toBe(2);
    expect(writeSpread(spread, test.writeNumber!)).toBe('96.00 ± 1.41% (2)');
    expect(writeSpread(groupSpread(test, [runs[2]!])!, test.writeNumber!)).toBe('–');
    expect(groupSpread(column('status'), runs)).toBeNull();
  });

  test('the best of a column is the greatest or the least, as its direction says', () => {
    expect(bestOf(runs, column('last:train/loss'), 'min')).toBe(0.1);
    expect(bestOf(runs, column('test'), 'max')).toBe(0.97);
    expect(bestOf(runs, column('test'), null)).toBeNull();
    expect(bestOf(runs.slice(0, 1), column('test'), 'max')).toBeNull();
  });

  test('losses and errors are better when low', () => {
    expect(['train/loss', 'test/error', 'test/accuracy', 'validation/top5'].map(usualDirection)).toEqual([
      'min',
      'min',
      'max',
      'max',
    ]);
  });
});

describe('the layout of the table', () => {
  beforeEach(() => localStorage.clear());
  const keysOf = (layout: ReturnType<typeof useTableLayout>) => layout.arrange(columns).map(({ key }) => key);

  test('shows pinned columns first, moves the others, and hides', () => {
    const layout = useTableLayout();
    layout.setShown('setting:train.optimizer.lr', true);
    layout.move('test', 'best');
    expect(keysOf(layout).slice(0, 3)).toEqual(['name', 'test', 'best']);
    layout.setPinned('bestEpoch', true);
    expect(keysOf(layout).slice(0, 3)).toEqual(['name', 'bestEpoch', 'test']);
    layout.move('test', 'name');
    expect(keysOf(layout)[0]).toBe('name');
    layout.setShown('notes', false);
    expect(keysOf(layout)).not.toContain('notes');
    layout.reset();
    expect(keysOf(layout)).not.toContain('setting:train.optimizer.lr');
  });

  test('sorts best first, then turned, then not at all; a direction can be turned', () => {
    const layout = useTableLayout();
    const loss = column('last:train/loss');
    layout.sortBy(loss);
    expect(layout.sorting.value).toEqual([{ key: loss.key, descending: false }]);
    layout.sortBy(loss);
    expect(layout.sorting.value).toEqual([{ key: loss.key, descending: true }]);
    layout.sortBy(loss);
    expect(layout.sorting.value).toEqual([]);
    layout.turnDirection(loss);
    layout.sortBy(loss);
    expect(layout.sorting.value).toEqual([{ key: loss.key, descending: true }]);
  });

  test('sorts by several columns, each turned and left out by itself', () => {
    const layout = useTableLayout();
    const [loss, best] = [column('last:train/loss'), column('best')];
    layout.sortBy(loss);
    layout.sortBy(best, true);
    const both = (descending: boolean) => [
      { key: loss.key, descending },
      { key: best.key, descending: true },
    ];
    expect(layout.sorting.value).toEqual(both(false));
    layout.sortBy(loss, true);
    expect(layout.sorting.value).toEqual(both(true));
    layout.sortBy(loss, true);
    expect(layout.sorting.value).toEqual(both(true).slice(1));
    layout.sortBy(loss, true);
    layout.sortBy(loss);
    expect(layout.sorting.value).toEqual([{ key: loss.key, descending: true }]);
  });

  test('keeps widths within reason', () => {
    const layout = useTableLayout();
    layout.setWidth('best', 3);
    expect(layout.widthOf(column('best'))).toBe(layout.narrowest);
    layout.setWidth('best', 9999);
    expect(layout.widthOf(column('best'))).toBe(layout.widest);
  });

  test('an entry moved out of the list stays', () => {
    expect(moved([1, 2, 3], 0, 2)).toEqual([2, 3, 1]);
    expect(moved([1, 2, 3], 0, 3)).toEqual([1, 2, 3]);
  });
});
