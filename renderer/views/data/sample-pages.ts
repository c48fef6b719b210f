import type { Result } from '../../../core/contract/methods.ts';
import { decodeTensor } from '../../charts/tensor.ts';
import { imagesIn, paintPixels } from '../../ui/pixels.ts';

export type SamplePage = Result<'datasets.samples'>;

/** Images fetched at a time: about a screen of small ones. */
export const pageLength = 128;
/** Pages kept, the ones longest unseen going first: about 4,000 images. */
const mostKept = 32;
/** Requests under way; more would only stand in the way of what is asked next. */
const mostAsked = 2;

/** A page as it is drawn: its images side by side on one canvas, in one row. */
interface Sprite {
  readonly canvas: OffscreenCanvas;
  readonly width: number;
  readonly height: number;
  readonly page: SamplePage;
}

/** Where one image lies, and what it is. */
export interface PlacedSample {
  readonly canvas: OffscreenCanvas;
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly index: number;
  readonly label: number | null;
  /** What is on it, in its own pixels. */
  readonly objects: SamplePage['objects'][number];
}

/**
 * Samples by their place in a list of any length, fetched in pages as they come into view. Only what was last asked
 * for is fetched: what was scrolled past is not waited for.
 */
export class SamplePages {
  readonly #fetch: (offset: number, count: number) => Promise<SamplePage>;
  readonly #arrived: (page: SamplePage) => void;
  readonly #failed: (error: unknown) => void;
  readonly #sprites = new Map<number, Sprite>();
  readonly #asked = new Set<number>();
  #wanted: number[] = [];
  #ended = false;

  constructor(
    fetch: (offset: number, count: number) => Promise<SamplePage>,
    told: { arrived: (page: SamplePage) => void; failed: (error: unknown) => void },
  ) {
    this.#fetch = fetch;
    this.#arrived = told.arrived;
    this.#failed = told.failed;
  }

  /** The sample at a place, once it is here. */
  at(place: number): PlacedSample | undefined {
    const sprite = this.#sprites.get(Math.floor(place / pageLength));
    const within = place % pageLength;
    const index = sprite?.page.indices[within];
    if (sprite === undefined || index === undefined) return undefined;
    const { canvas, width, height, page } = sprite;
    const [label = null, objects = []] = [page.labels[within], page.objects[within]];
    return { canvas, x: within * width, width, height, index, label, objects };
  }

  /** Says which places are in view, first to last; their pages come, and the pages beside them. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(first / pageLength), Math.floor(last / pageLength)];
    const inView = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    for (const page of inView) this.#touch(page);
    this.#wanted = [...inView, to + 1, from - 1].filter((page) => page >= 0 && !this.#sprites.has(page));
    this.#next();
  }

  /** Takes no more answers. */
  end(): void {
    this.#ended = true;
    this.#wanted = [];
  }

  #touch(page: number): void {
    const sprite = this.#sprites.get(page);
    if (sprite === undefined) return;
    this.#sprites.delete(page);
    this.#sprites.set(page, sprite);
  }

  #next(): void {
    while (this.#asked.size < mostAsked) {
      const page = this.#wanted.find((candidate) => !this.#asked.has(candidate));
      if (page === undefined) return;
      this.#wanted = this.#wanted.filter((candidate) => candidate !== page);
      void this.#ask(page);
    }
  }

  async #ask(page: number): Promise<void> {
    this.#asked.add(page);
    try {
      const answer = await this.#fetch(page * pageLength, pageLength);
      if (this.#ended) return;
      this.#keep(page, answer);
      this.#arrived(answer);
    } catch (thrown) {
      if (!this.#ended) this.#failed(thrown);
    } finally {
      this.#asked.delete(page);
      this.#next();
    }
  }

  #keep(page: number, answer: SamplePage): void {
    const [count = 0, channels = 1, height = 1, across = 1] = answer.images.shape;
    const width = across * imagesIn(channels);
    const canvas = new OffscreenCanvas(Math.max(1, count * width), height);
    const context = canvas.getContext('2d');
    const tensor = decodeTensor(answer.images);
    for (let i = 0; i < count; i++) {
      context?.putImageData(paintPixels(tensor, i), i * width, 0);
    }
    this.#sprites.set(page, { canvas, width, height, page: answer });
    for (const oldest of this.#sprites.keys()) {
      if (this.#sprites.size <= mostKept) return;
      this.#sprites.delete(oldest);
    }
  }
}
