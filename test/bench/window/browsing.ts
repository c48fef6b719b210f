import type { RunSummary } from '../../../core/contract/runs.ts';
import { type Finding, median } from './finding.ts';
import { longRun } from './homes.ts';
import type { Session } from './session.ts';

const rounds = 3;

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
    { what: 'runs table sorted, from click to frame', measured: sorting, wanted: 100, unit: 'ms' },
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

async function timeSorting({ page }: Session): Promise<number> {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const first = () => document.querySelector('[role=treegrid] [data-index="0"]')?.textContent;
    const before = first();
    const begin = performance.now();
    document.querySelector<HTMLElement>('[data-column="best"] button')?.click();
    while (first() === before && performance.now() - begin < 10_000) await frame();
    await frame();
    return performance.now() - begin;
  });
}
