import type { RunSummary } from '../../../core/contract/runs.ts';
import { type Finding, median } from './finding.ts';
import { longRun } from './homes.ts';
import type { Session } from './session.ts';

const rounds = 3;

/** Columns of numbers, of texts and of states. */
const sorted = ['best', 'name', 'test', 'seconds', 'status'];

/** A thousand runs: the table, an overlay of ten, a group of fifty. Each in a window opened anew; the median of three. */
export async function measureBrowsing(session: Session): Promise<Finding[]> {
  // The run of a million points is no part of the thousand: it has a measure of its own.
  const runs = (await session.call('runs.list', {})).filter(
    ({ status, name }) => status === 'finished' && name !== longRun,
  );
  const table = await repeat(() => session.open('/runs', 'table'));
  const overlay = await repeat(() => session.open(addressOf(runs.slice(0, 10), 'runs'), 'curves'));
  const alike = fifty(runs);
  const group = await repeat(() => session.open(addressOf(alike, 'model.options.activation'), 'curves'));
  await session.go('/runs', 'table');
  const sorting = await timeSorting(session);
  return [
    { what: 'runs table of 1,000 usable, window opened anew', measured: table, wanted: 1000, unit: 'ms' },
    {
      what: `runs table sorted, from click to frame, slowest of ${sorted.length}`,
      measured: sorting,
      wanted: 100,
      unit: 'ms',
    },
    { what: '10-run overlay drawn, window opened anew', measured: overlay, wanted: 1000, unit: 'ms' },
    { what: 'group of 50 with band drawn, window opened anew', measured: group, wanted: 1500, unit: 'ms' },
  ];
}

async function repeat(work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await work());
  return median(times);
}

function addressOf(runs: readonly RunSummary[], group: string): string {
  const query = new URLSearchParams({ runs: runs.map(({ id }) => id).join(','), group });
  return `/compare?${query}`;
}

/** Fifty runs of one activation: every other experiment of the filled store has the same. */
function fifty(runs: readonly RunSummary[]): RunSummary[] {
  const even = runs.filter(({ experimentName }) => Number(/\d+/.exec(experimentName)?.[0]) % 2 === 0);
  return even.slice(0, 50);
}

/** One column after the other; the slowest. The first sort of a page is among them: nothing of it was run before. */
async function timeSorting({ page }: Session): Promise<number> {
  // The windows opened before lay over this one, and what lies behind draws once a second.
  await page.bringToFront();
  const times: number[] = [];
  for (const column of sorted) times.push(await page.evaluate(sortBy, column));
  return Math.max(...times);
}

/** Runs in the page. Milliseconds from a click on the heading until the rows that come of it are drawn. */
async function sortBy(column: string): Promise<number> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rows = () => document.querySelector('[role=treegrid] [role=rowgroup]')?.textContent;
  const before = rows();
  const begin = performance.now();
  document.querySelector<HTMLElement>(`[data-column="${column}"] button`)?.click();
  while (rows() === before) {
    if (performance.now() - begin > 10_000) throw new Error(`Nothing was sorted by "${column}".`);
    await frame();
  }
  await frame();
  return performance.now() - begin;
}
