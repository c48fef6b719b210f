import { RandomSequence } from '../../train/random.ts';

/** Enough for two digits of either end. */
const resamples = 9_999;

export interface BootstrapPair {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

export type BootstrapInterval = [number, number] | null;

/**
 * Bootstrap percentile intervals of differences of means, second minus first: each sample drawn anew from itself, with
 * replacement (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13). The draws are fixed, so that the
 * same numbers always give the same interval; they depend on how many values there are alone, and are made once for all
 * pairs of the same sizes. With few values the interval is too narrow, as every bootstrap is.
 * @returns in the order of `pairs`; null below two values on a side
 */
export function bootstrapIntervals(pairs: readonly BootstrapPair[], level = 0.95): BootstrapInterval[] {
  const bySizes = new Map<string, number[]>();
  for (const [place, { first, second }] of pairs.entries()) {
    if (first.length < 2 || second.length < 2) continue;
    const sizes = `${first.length} ${second.length}`;
    bySizes.set(sizes, [...(bySizes.get(sizes) ?? []), place]);
  }
  const intervals = pairs.map((): BootstrapInterval => null);
  const end = Math.round(((1 - level) / 2) * (resamples + 1));
  for (const places of bySizes.values()) {
    const alike = places.map((place) => pairs[place] as BootstrapPair);
    for (const [i, differences] of resample(alike).entries()) {
      differences.sort();
      intervals[places[i] as number] = [
        differences[end - 1] as number,
        differences[resamples - end] as number,
      ];
    }
  }
  return intervals;
}

/** Differences of the means of every draw, for each of `pairs`, which are all of the same sizes. */
function resample(pairs: readonly BootstrapPair[]): Float64Array[] {
  const random = new RandomSequence(1, 'bootstrap');
  const samples = pairs.map(({ first, second }) => ({
    first: Float64Array.from(first),
    second: Float64Array.from(second),
    differences: new Float64Array(resamples),
  }));
  const ofSecond = new Uint32Array(pairs[0]?.second.length ?? 0);
  const ofFirst = new Uint32Array(pairs[0]?.first.length ?? 0);
  for (let draw = 0; draw < resamples; draw++) {
    drawInto(ofSecond, random);
    drawInto(ofFirst, random);
    for (const { first, second, differences } of samples) {
      differences[draw] = meanAt(second, ofSecond) - meanAt(first, ofFirst);
    }
  }
  return samples.map(({ differences }) => differences);
}

/** As many places as there are values, each any of them. */
function drawInto(places: Uint32Array, random: RandomSequence): void {
  for (let i = 0; i < places.length; i++) places[i] = random.below(places.length);
}

function meanAt(values: Float64Array, places: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < places.length; i++) sum += values[places[i] as number] as number;
  return sum / places.length;
}
