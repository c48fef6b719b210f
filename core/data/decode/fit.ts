import { keptWindow, Resampler } from '../derive/resample.ts';
import type { DecodedImage } from './decode.ts';
import type { Fit } from './job.ts';

/** Brings images to one size; those of the same size share their weights. */
export class Fitter {
  readonly #fit: Fit;
  readonly #resamplers = new Map<string, Resampler>();

  constructor(fit: Fit) {
    this.#fit = fit;
  }

  /** [channels, height, width] of the fit. */
  fit({ data, width, height, channels }: DecodedImage): Uint8Array<ArrayBuffer> {
    const plane = this.#fit.height * this.#fit.width;
    const target = new Uint8Array(channels * plane);
    const resampler = this.#resampler(height, width);
    for (let c = 0; c < channels; c++) resampler.plane(data, c, channels, target, c * plane);
    return target;
  }

  #resampler(height: number, width: number): Resampler {
    const key = `${height}x${width}`;
    const known = this.#resamplers.get(key);
    if (known) return known;
    const from = { height, width };
    const { method, keep } = this.#fit;
    const resampler = new Resampler(from, this.#fit, method, keptWindow(from, this.#fit, keep));
    // Photographs come in a few sizes; where every one has its own, the oldest make room.
    if (this.#resamplers.size >= mostSizes)
      this.#resamplers.delete(this.#resamplers.keys().next().value ?? '');
    this.#resamplers.set(key, resampler);
    return resampler;
  }
}

const mostSizes = 16;
