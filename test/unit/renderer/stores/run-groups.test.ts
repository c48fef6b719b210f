import { describe, expect, test } from 'vitest';
import { type ListChoice, runRows } from '../../../../renderer/components/runs/run-rows.ts';
import { settingsOf, spreadOf } from '../../../../renderer/stores/experiment-summary.ts';
import { groupRuns } from '../../../../renderer/stores/run-groups.ts';
import { runRow } from '../runs.ts';

const sigmoid = { 'model.options.activation': 'sigmoid' };
const runs = [
  runRow({ id: 'b', experimentId: 'e2', experimentName: 'Pooling', createdAt: '2026-01-03T10:00:00.000Z' }),
  runRow({ id: 'a2', seed: 2, createdAt: '2026-01-02T10:00:00.002Z', best: 0.96 }),
  runRow({
    id: 'a1',
    name: 'sigmoid/seed 1',
    choices: sigmoid,
    createdAt: '2026-01-02T10:00:00.001Z',
    best: null,
  }),
  runRow({ id: 'a3', seed: 3, createdAt: '2026-01-02T10:00:00.003Z', best: 0.98 }),
];

describe('the run list', () => {
  test('groups runs by experiment, newest experiment first, runs in the order they were made', () => {
    const groups = groupRuns(runs);
    expect(groups.map((group) => [group.name, group.runs.map((run) => run.id)])).toEqual([
      ['Pooling', ['b']],
      ['Sigmoid vs ReLU', ['a1', 'a2', 'a3']],
    ]);
  });

  const choice = {
    keeps: () => true,
    filtering: false,
    folded: new Set(['e1']),
    pinned: [],
    pinnedName: 'Pinned',
  };
  const keys = (changes: Partial<ListChoice>) =>
    runRows(groupRuns(runs), { ...choice, ...changes }).map((row) => row.key);

  test('a folded experiment shows its heading alone, and a filter unfolds it', () => {
    expect(keys({})).toEqual(['group e2', 'b', 'group e1']);
    expect(keys({ filtering: true, keeps: ({ id }) => id === 'a1' })).toEqual(['group e1', 'a1']);
  });

  test('pinned runs stand on top in their own order, and nowhere else', () => {
    expect(keys({ folded: new Set(), pinned: ['a3', 'gone', 'b'] })).toEqual([
      'group pinned',
      'a3',
      'b',
      'group e1',
      'a1',
      'a2',
    ]);
  });
});

describe('the experiments overview', () => {
  test('runs that differ only in the seed are one setting, with mean and spread of those that have a figure', () => {
    const [first, second] = settingsOf(groupRuns(runs)[1]!);
    expect(first).toMatchObject({ label: 'sigmoid', best: { mean: null, count: 0 } });
    expect(second).toMatchObject({ label: 'relu', best: { count: 2 } });
    expect(second!.best.mean).toBeCloseTo(0.97, 12);
    expect(second!.best.deviation).toBeCloseTo(Math.SQRT2 / 100, 12);
  });

  test('one value has no spread', () => {
    expect(spreadOf([0.5, null])).toEqual({ mean: 0.5, deviation: null, count: 1 });
  });
});
