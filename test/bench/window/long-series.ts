import { type Finding, quantile } from './finding.ts';
import { longRun } from './homes.ts';
import type { Session } from './session.ts';

const zooms = 14;

/** One curve of a million points: until it is drawn, until a zoom is drawn, and whether the spike is ever lost. */
export async function measureLongSeries(session: Session): Promise<Finding[]> {
  const run = (await session.call('runs.list', {})).find(({ name }) => name === longRun);
  if (!run) throw new Error('The long run is not in the store.');
  await session.go('/experiments', 'page');
  const paint = await session.go(`/run/${run.id}?tab=curves`, 'curve');
  const times: number[] = [];
  let seen = 0;
  for (let zoom = 0; zoom < zooms; zoom++) {
    await session.page.waitForTimeout(600);
    const spike = await session.page.evaluate(() => window.probes.spikeAt());
    if (spike === null) break;
    seen++;
    times.push(await timeZoom(session, spike));
  }
  return [
    { what: '1,000,000 points: first paint in an open window', measured: paint, wanted: 500, unit: 'ms' },
    { what: '1,000,000 points: zoom drawn, p95', measured: quantile(times, 0.95), wanted: 100, unit: 'ms' },
    {
      what: '1,000,000 points: zooms that show the one-step spike',
      measured: seen / zooms,
      wanted: 1,
      unit: 'of all',
      atLeast: true,
    },
  ];
}

/** From the turn of the wheel over the spike to the first frame that is drawn differently. */
function timeZoom({ page }: Session, spike: { x: number; y: number }): Promise<number> {
  return page.evaluate(async ({ x, y }) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const before = window.probes.print();
    const begin = performance.now();
    document.elementFromPoint(x, y)?.dispatchEvent(
      new WheelEvent('wheel', {
        bubbles: true,
        cancelable: true,
        ctrlKey: true,
        deltaY: -100,
        clientX: x,
        clientY: y,
      }),
    );
    do await frame();
    while (window.probes.print() === before && performance.now() - begin < 10_000);
    return performance.now() - begin;
  }, spike);
}
