import type { Page } from 'playwright-core';
import { type Finding, quantile } from './finding.ts';
import { linkLargeStl } from './large-stl.ts';
import type { Session } from './session.ts';

const rounds = 3;

/** Ways to go through the list: so many screen pixels a frame, or all of it in the time there is. */
const manners = {
  // A wheel that is turned steadily.
  wheel: 60,
  // The scrollbar dragged from one end to the other: all is new in every frame.
  drag: null,
} as const;
type Manner = keyof typeof manners;

/**
 * How evenly the Data page scrolls 100,000 images of 96x96, as gaps between frames; beside the same scroll of an empty page,
 * which is what the machine has to give at that time.
 */
export async function measureScrolling(
  session: Session,
  home: string,
  seconds: number,
  say: (text: string) => void,
): Promise<Finding[]> {
  await linkLargeStl(home, say);
  const { page } = session;
  await page.reload();
  await session.go('/data/stl-10?tab=images', 'page');
  await page.getByRole('combobox', { name: 'Set', exact: true }).click();
  await page.getByRole('option', { name: /^Unlabelled/ }).click();
  await page.getByText('100,000 images').waitFor();
  const empty = await session.bystander();
  // A picture cannot become a page.
  await empty.goto('about:blank');
  await empty.setContent(
    '<div class="scroller" style="height:700px;overflow:auto"><div style="height:500000px"></div></div>',
  );
  const all: number[] = [];
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    for (const manner of Object.keys(manners) as Manner[]) {
      await empty.bringToFront();
      say(`  an empty page, ${manner}: ${written(await scroll(empty, manner, seconds))}`);
      await page.bringToFront();
      const gaps = await scroll(page, manner, seconds);
      const drawn = await settle(page);
      say(`  100,000 images, ${manner}: ${written(gaps)}; all drawn ${drawn.toFixed(0)} ms after the end`);
      all.push(...gaps);
      slowest = Math.max(slowest, drawn);
    }
  }
  await empty.context().close();
  return [
    {
      what: '100,000 images scrolled, gap of the 99th frame',
      measured: quantile(all, 0.99),
      wanted: 50,
      unit: 'ms',
    },
    { what: '100,000 images scrolled, all drawn after the end', measured: slowest, wanted: 1000, unit: 'ms' },
  ];
}

/** Scrolls for so long, and gives the gaps between frames in milliseconds. */
function scroll(page: Page, manner: Manner, seconds: number): Promise<number[]> {
  return page.evaluate(
    ([step, duration]) =>
      new Promise<number[]>((done) => {
        const box = document.querySelector('.scroller') as HTMLElement;
        box.scrollTop = 0;
        const gaps: number[] = [];
        const begun = performance.now();
        let last = begun;
        const frame = (now: number) => {
          gaps.push(now - last);
          last = now;
          const gone = (now - begun) / duration;
          if (gone >= 1) {
            done(gaps.slice(1));
            return;
          }
          box.scrollTop = step === null ? gone * box.scrollHeight : box.scrollTop + step;
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [manners[manner], seconds * 1000] as const,
  );
}

/** Milliseconds from the end of the scroll until all that is in view is drawn. */
async function settle(page: Page): Promise<number> {
  const begun = performance.now();
  await page.locator('.scroller[aria-busy="false"]').waitFor();
  return performance.now() - begun;
}

function written(gaps: readonly number[]): string {
  const [median, p99, most] = [0.5, 0.99, 1].map((share) => quantile(gaps, share).toFixed(1));
  return `${gaps.length} frames, gap median ${median}, p99 ${p99}, most ${most} ms`;
}
