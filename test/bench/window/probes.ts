/** `table`: rows with their figures, as many as fit; `curves`: on every chart in view; `curve`: on one; `page`: a heading. */
export type Condition = 'table' | 'curves' | 'curve' | 'page';

/** What the measures need inside a page; put there before anything of the window runs. */
export interface Probes {
  /** What a measure waits for. */
  is(condition: Condition): boolean;
  /** Column of the first coloured pixel in the upper half of the first canvas, in pixels of the page; null without one. */
  spikeAt(): { x: number; y: number } | null;
  /** A number that changes whenever the first canvas is drawn differently. */
  print(): number;
  /** Begins to note the time between frames. */
  watchFrames(): void;
  /** Milliseconds between frames since then. */
  frames(): number[];
}

declare global {
  interface Window {
    probes: Probes;
  }
}

/** Runs in the page: it must not use anything from outside itself. */
export function installProbes(): void {
  const gaps: number[] = [];

  function canvases(): HTMLCanvasElement[] {
    return [...document.querySelectorAll<HTMLCanvasElement>('main canvas')].filter((canvas) => {
      const { top, bottom, width } = canvas.getBoundingClientRect();
      return width > 100 && bottom > 0 && top < window.innerHeight;
    });
  }

  function pixels(canvas: HTMLCanvasElement, topShare: number): ImageData | null {
    const height = Math.floor(canvas.height * topShare);
    if (canvas.width === 0 || height === 0) return null;
    return canvas.getContext('2d')?.getImageData(0, 0, canvas.width, height) ?? null;
  }

  /** Of a curve's colour: neither grey nor transparent. */
  function isColoured(data: Uint8ClampedArray, at: number): boolean {
    const [r, g, b, a] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0];
    return a > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 50;
  }

  function count(canvas: HTMLCanvasElement, topShare: number): number {
    const data = pixels(canvas, topShare)?.data;
    if (!data) return 0;
    let found = 0;
    for (let at = 0; at < data.length; at += 4) if (isColoured(data, at)) found++;
    return found;
  }

  const conditions: Record<Condition, () => boolean> = {
    table: () => document.querySelectorAll('[role=treegrid] [data-index]').length > 20,
    curves: () => canvases().length > 0 && canvases().every((canvas) => count(canvas, 1) > 100),
    curve: () => canvases().some((canvas) => count(canvas, 1) > 100),
    page: () => document.querySelector('main h1, main h2') !== null,
  };

  window.probes = {
    is: (condition) => conditions[condition](),
    spikeAt() {
      const [canvas] = canvases();
      const image = canvas && pixels(canvas, 0.4);
      if (!canvas || !image) return null;
      const box = canvas.getBoundingClientRect();
      for (let at = 0; at < image.data.length; at += 4) {
        if (!isColoured(image.data, at)) continue;
        const column = (at / 4) % image.width;
        return { x: box.left + (column * box.width) / image.width, y: box.top + box.height / 2 };
      }
      return null;
    },
    print() {
      const [canvas] = canvases();
      const data = canvas && pixels(canvas, 1)?.data;
      let sum = 0;
      for (let at = 0; data && at < data.length; at += 4) {
        sum = (31 * sum + (data[at] ?? 0) + 7 * (data[at + 1] ?? 0)) % 1_000_000_007;
      }
      return sum;
    },
    watchFrames() {
      gaps.length = 0;
      let last = performance.now();
      const next = (now: number) => {
        gaps.push(now - last);
        last = now;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    frames: () => gaps.slice(1),
  };
}
