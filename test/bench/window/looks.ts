import type { Page } from 'playwright-core';

/** Milliseconds after which a look is given up. */
const patienceMs = 60_000;

/**
 * Clicks something, and waits for the first frame at which the pictures somewhere are others than before.
 * @param clicked selector of what is clicked
 * @param watched selector of what holds the canvases; it may come only with the click
 * @returns milliseconds from the click to that frame
 */
export function look(page: Page, clicked: string, watched: string): Promise<number> {
  return page.evaluate(
    async ([button, pictures, patience]) => {
      /** Of the pixels of all canvases there; empty while there are none, or nothing is drawn on any. */
      const print = (): string => {
        const found = document.querySelectorAll(pictures);
        const canvases = [...found].flatMap((each) =>
          each instanceof HTMLCanvasElement ? [each] : [...each.querySelectorAll('canvas')],
        );
        let drawn = false;
        let sum = canvases.length;
        for (const canvas of canvases) {
          if (canvas.width === 0 || canvas.height === 0) continue;
          const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          for (let at = 0; at < data.length; at += 4) {
            drawn ||= data[at + 3] !== 0;
            sum = (31 * sum + (data[at] ?? 0) + 7 * (data[at + 1] ?? 0)) % 1_000_000_007;
          }
        }
        return drawn ? String(sum) : '';
      };
      const element = document.querySelector<HTMLElement>(button);
      if (element === null) throw new Error(`There is no ${button} to click.`);
      const before = print();
      const begin = performance.now();
      // A tab opens when it is pressed, a button when it is clicked.
      element.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, button: 0 }));
      element.click();
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = print();
        if (now !== '' && now !== before) return performance.now() - begin;
        if (performance.now() - begin > patience)
          throw new Error(`Nothing new was drawn in ${pictures} after a click on ${button}.`);
      }
    },
    [clicked, watched, patienceMs] as const,
  );
}
