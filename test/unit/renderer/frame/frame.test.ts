import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test } from 'vitest';
import { hasDiverged, mayDo } from '../../../../renderer/app/run-commands.ts';
import { matchesKeys } from '../../../../renderer/app/shortcuts.ts';
import { retryDelay } from '../../../../renderer/app/socket.ts';
import { filterEntries, type PaletteEntry } from '../../../../renderer/components/frame/palette-search.ts';
import { useWorkspaceStore } from '../../../../renderer/stores/workspace.ts';
import { formatBytes, formatPath } from '../../../../renderer/ui/format.ts';
import { sortRows } from '../../../../renderer/ui/table.ts';
import { runRow } from '../runs.ts';

beforeEach(() => {
  window.localStorage.clear();
  setActivePinia(createPinia());
});

describe('tabs', () => {
  const visit = (path: string) => useWorkspaceStore().visit({ path, fullPath: path, route: 'x' });

  test('visiting a page twice keeps one tab, with its newest query', () => {
    const workspace = useWorkspaceStore();
    visit('/run/a');
    workspace.visit({ path: '/run/a', fullPath: '/run/a?tab=kernels', route: 'run' });
    expect(workspace.tabs.map((tab) => tab.fullPath)).toEqual(['/run/a?tab=kernels']);
  });

  test('closing the current tab goes to its right neighbour, else to the left, else home', () => {
    const workspace = useWorkspaceStore();
    for (const path of ['/a', '/b', '/c']) visit(path);
    visit('/b');
    expect(workspace.close('/b')).toBe('/c');
    visit('/c');
    expect(workspace.close('/c')).toBe('/a');
    visit('/a');
    expect(workspace.close('/a')).toBe('/experiments');
  });

  test('closing another tab goes nowhere', () => {
    const workspace = useWorkspaceStore();
    for (const path of ['/a', '/b']) visit(path);
    expect(workspace.close('/a')).toBeUndefined();
  });

  test('moving one keeps the others in order; beyond an end it stays', () => {
    const workspace = useWorkspaceStore();
    for (const path of ['/a', '/b', '/c']) visit(path);
    const order = () => workspace.tabs.map(({ path }) => path).join('');
    workspace.move('/a', 2);
    expect(order()).toBe('/b/c/a');
    workspace.move('/c', 0);
    expect(order()).toBe('/c/b/a');
    workspace.move('/c', -1);
    workspace.move('/a', 3);
    expect(order()).toBe('/c/b/a');
  });

  test('walking past the end comes round', () => {
    const workspace = useWorkspaceStore();
    for (const path of ['/a', '/b']) visit(path);
    expect(workspace.neighbour(1)).toBe('/a');
  });
});

describe('the palette', () => {
  const entry = (label: string, section: string, note?: string): PaletteEntry => ({
    id: label,
    label,
    section,
    note,
    icon: 'run',
    run: () => {},
  });
  const entries = [
    entry('Go to Compare', 'Do'),
    entry('relu/seed 1', 'Runs', 'compare activations'),
    entry('Compare now', 'Do'),
  ];

  test('puts what begins with the query first', () => {
    expect(filterEntries(entries, 'compare').map((section) => section.entries.map((e) => e.label))).toEqual([
      ['Compare now', 'Go to Compare'],
      ['relu/seed 1'],
    ]);
  });

  test('needs every word', () => {
    expect(
      filterEntries(entries, 'compare relu').flatMap((section) => section.entries.map((e) => e.label)),
    ).toEqual(['relu/seed 1']);
  });
});

describe('shortcuts', () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...held,
  });

  test('match their keys and no others', () => {
    expect(matchesKeys(press('k', { ctrlKey: true }), 'Ctrl+K')).toBe(true);
    expect(matchesKeys(press('k'), 'Ctrl+K')).toBe(false);
    expect(matchesKeys(press('n', { ctrlKey: true }), 'N')).toBe(false);
    expect(matchesKeys(press('?'), '?')).toBe(true);
  });

  test('with Alt go by the place of the digit, whatever it writes', () => {
    expect(matchesKeys(press('¡', { altKey: true, code: 'Digit1' }), 'Alt+1')).toBe(true);
  });
});

test('each state allows what it can mean', () => {
  expect(mayDo('pause', 'running')).toBe(true);
  expect(mayDo('pause', 'finished')).toBe(false);
  expect(mayDo('resume', 'interrupted')).toBe(true);
  expect(mayDo('extend', 'running')).toBe(false);
});

test('only a run that failed by numbers that are not finite has diverged', () => {
  const error = { code: 'train.non-finite', message: 'Step 3 came to a number that is not finite.' } as const;
  expect(hasDiverged(runRow({ status: 'failed', error }))).toBe(true);
  expect(hasDiverged(runRow({ status: 'stopped', error }))).toBe(false);
  expect(hasDiverged(runRow({ status: 'failed', error: { ...error, code: 'data.damaged' } }))).toBe(false);
});

test('rows without a value sort last, both ways', () => {
  const columns = [{ key: 'best', label: '', width: '', sortValue: (row: number | null) => row }];
  expect(sortRows([null, 2, 1], columns, { key: 'best', descending: false })).toEqual([1, 2, null]);
  expect(sortRows([null, 1, 2], columns, { key: 'best', descending: true })).toEqual([2, 1, null]);
});

test('reconnecting waits longer each time, up to five seconds', () => {
  expect([0, 1, 2, 10].map(retryDelay)).toEqual([250, 500, 1000, 5000]);
});

test('a path is written as seen from a folder, and a long one without its middle', () => {
  expect(formatPath('/home/me/data/datasets/lfw/a.jpg', '/home/me/data')).toBe('datasets/lfw/a.jpg');
  expect(formatPath('C:\\data\\lfw\\a.jpg', 'C:\\data')).toBe('lfw\\a.jpg');
  expect(formatPath('/home/me/database/a.jpg', '/home/me/data')).toBe('/home/me/database/a.jpg');
  expect(formatPath('red/a.jpg', undefined)).toBe('red/a.jpg');
  const long = formatPath(`/elsewhere/${'folder/'.repeat(20)}image 17.jpg`, '/home');
  expect(long).toHaveLength(64);
  expect(long).toMatch(/^\/elsewhere\/.*….*\/image 17\.jpg$/);
});

test('bytes are written in the unit that keeps them short', () => {
  expect([0, 999, 1000, 14_200_000, 2_100_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '14 MB',
    '2.1 GB',
  ]);
});
