/**
 * Counter-based random numbers (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * every draw is a pure function of (seed, stream, index), so batch order, initial weights, augmentation and dropout
 * need no state to resume, and can be computed alike on any device.
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** What the numbers are for. A stream's code never changes: it is part of every run's identity. */
export const streams = {
  order: 1,
  initial: 2,
  validation: 3,
  augment: 4,
  dropout: 5,
  probe: 6,
  bootstrap: 32,
  derive: 33,
} as const;
export type Stream = keyof typeof streams;

/** High 32 bits of a 32x32 product without BigInt: four 16-bit partial products, with carries none above 32 bits. */
function high32(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/** One Philox block: four 32-bit words for a 128-bit counter and a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = high32(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = high32(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What a seed (up to 53 bits) and a stream make of the generator's key. */
export function streamKey(seed: number, stream: Stream): [number, number] {
  return [seed >>> 0, (Math.floor(seed / 2 ** 32) ^ (streams[stream] << 24)) >>> 0];
}

/** The upper 24 bits of a word as a number in [0, 1): exact in float32. */
export function toUniform(word: number): number {
  return (word >>> 8) / 2 ** 24;
}
