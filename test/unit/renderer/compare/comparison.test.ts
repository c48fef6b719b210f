import { describe, expect, it } from 'vitest';
import { averagedRuns } from '../../../../core/contract/averaged.ts';
import type { Comparison } from '../../../../core/contract/runs.ts';
import { formGroups } from '../../../../core/engine/comparison.ts';
import { splitStyle } from '../../../../renderer/charts/run-lines.ts';
import { knownGroups, unequalGroups } from '../../../../renderer/views/compare/comparison-lines.ts';
import {
  defaultSplits,
  differingValues,
  parsePercent,
  readGrouping,
  writeDurations,
  writeGrouping,
  writePercent,
  writeStatistic,
} from '../../../../renderer/views/compare/grouping.ts';
import { runRow } from '../runs.ts';

describe('a group', () => {
  const ended = runRow({ id: 'ended', status: 'finished', bestEpoch: 3, epoch: 3, colour: 4 });
  const live = runRow({ id: 'live', status: 'running', bestEpoch: 1, epoch: 1.5, colour: 2 });
  const queued = runRow({ id: 'queued', status: 'queued', bestEpoch: null, epoch: 0, colour: 7 });

  it('averages what has ended, so that a run that trains does not cut the mean short', () => {
    expect(averagedRuns([ended, live, queued])).toEqual([ended]);
  });

  it('averages what trains while nothing has ended, and never what was not evaluated', () => {
    expect(averagedRuns([live, queued])).toEqual([live]);
    expect(averagedRuns([queued])).toEqual([]);
  });

  it('has results over the same runs as its curves', () => {
    const compared = [ended, live, queued].map((summary) => ({ summary, config: {} }));
    const [group] = formGroups(compared, [], new Map());
    expect(group?.runs).toEqual(['ended', 'live', 'queued']);
    expect(group?.best.count).toBe(1);
    expect(group?.bestEpoch.mean).toBe(3);
  });

  it('says where its mean ends before its longest run', () => {
    const longer = runRow({ id: 'longer', status: 'finished', bestEpoch: 5, epoch: 5 });
    expect(unequalGroups([{ label: 'relu', counted: [ended, longer] }])).toEqual([
      { label: 'relu', end: 3, longest: 5 },
    ]);
    expect(unequalGroups([{ label: 'relu', counted: [ended] }])).toEqual([]);
    expect(unequalGroups([{ label: 'relu', counted: [] }])).toEqual([]);
  });

  it('has the colour of the run made first in it, whatever else is compared; a run that stands for itself has its own', () => {
    const at = (createdAt: string, colour: number) => runRow({ id: createdAt, createdAt, colour });
    const groups = {
      relu: [at('2026-01-03', 5), at('2026-01-01', 12)],
      tanh: [at('2026-01-02', 2), at('2026-01-04', 0)],
      one: [at('2026-01-05', 23)],
      other: [at('2026-01-06', 7)],
    };
    const coloursOf = (...labels: (keyof typeof groups)[]) => {
      const all = labels.flatMap((label) => groups[label]);
      const given = labels.map((label) => ({ label, runs: groups[label].map(({ id }) => id), counted: [] }));
      const comparison = { groups: given } as unknown as Comparison;
      const known = knownGroups(comparison, new Map(all.map((run) => [run.id, run])));
      return Object.fromEntries(known.map(({ label, colour }) => [label, colour]));
    };
    expect(coloursOf('tanh', 'other', 'relu', 'one')).toEqual({ relu: 2, tanh: 4, one: 3, other: 7 });
    expect(coloursOf('relu', 'one')).toEqual({ relu: 2, one: 3 });
    expect(coloursOf('tanh')).toEqual({ tanh: 2 });
  });

  it('shows of a setting every value once, in order', () => {
    expect(differingValues([10, 9, 10, 'relu', undefined, 9])).toEqual(['–', '9', '10', 'relu']);
  });
});

describe('the address of a comparison', () => {
  it('gives back the grouping it was written from', () => {
    for (const grouping of [
      { kind: 'default' },
      { kind: 'runs' },
      { kind: 'keys', keys: ['train.optimizer.lr', 'seed'] },
    ] as const) {
      expect(readGrouping(writeGrouping(grouping))).toEqual(grouping);
    }
    expect(readGrouping(['odd'])).toEqual({ kind: 'default' });
  });
});

describe('targets', () => {
  it('are read as percentages, with sign and comma, and nothing else is', () => {
    expect(['98', '98.5 %', '98,5', ' 0 '].map(parsePercent)).toEqual([0.98, 0.985, 0.985, 0]);
    expect(['', 'much', '101', '-1'].map(parsePercent)).toEqual([null, null, null, null]);
  });

  it('are written without superfluous digits', () => {
    expect([0.98, 0.985, 1].map(writePercent)).toEqual(['98', '98.5', '100']);
  });
});

it('writes a spread only where there is one, and a dash for nothing', () => {
  const format = (value: number) => value.toFixed(1);
  expect(writeStatistic({ mean: 2, deviation: 0.5, count: 3 }, format)).toBe('2.0 ± 0.5');
  expect(writeStatistic({ mean: 2, deviation: null, count: 1 }, format)).toBe('2.0');
  expect(writeStatistic({ mean: null, deviation: null, count: 0 }, format)).toBe('–');
});

it('looks at validation first, at the test set only where there is nothing else', () => {
  expect(defaultSplits(['train/loss', 'validation/loss', 'test/loss'])).toEqual(['validation']);
  expect(defaultSplits(['train/loss', 'test/loss'])).toEqual(['test']);
});

describe('lines', () => {
  it('of one run share its colour on every split: training dashed, the others solid, the test set marked', () => {
    const [train, validation, test] = ['train', 'validation', 'test'].map((split) =>
      splitStyle(3, split, 'dark'),
    );
    expect(new Set([train, validation, test].map((style) => style?.colour)).size).toBe(1);
    expect([train?.dash, validation?.dash, test?.dash]).toEqual(['dashed', 'solid', 'solid']);
    expect([train?.marks, validation?.marks, test?.marks]).toEqual([false, false, true]);
  });

  it('of the second cycle of colours differ from those of the first', () => {
    expect(splitStyle(13, 'test', 'dark')).not.toEqual(splitStyle(3, 'test', 'dark'));
  });
});

it('writes a mean time and its spread in one unit from a minute on', () => {
  const written = (mean: number | null, deviation: number | null) =>
    writeDurations({ mean, deviation, count: 3 });
  expect(written(27, 7.8)).toBe('27 s ± 7.8 s');
  expect(written(558, 727)).toBe('9.3 ± 12.1 min');
  expect(written(5400, 360)).toBe('1.5 ± 0.1 h');
  expect(written(558, null)).toBe('9 m 18 s');
  expect(written(null, null)).toBe('–');
});
