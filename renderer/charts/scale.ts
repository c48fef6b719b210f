/** A numeric axis: which values can be drawn, where they lie, and which of them are written. */
export type ScaleKind = 'linear' | 'log';

export interface Tick {
  readonly value: number;
  /** False for the unlabelled lines between decades. */
  readonly labelled: boolean;
}

/** Whether a value has a place on the axis at all: a logarithm needs a positive one. */
export function drawable(value: number, kind: ScaleKind): boolean {
  return Number.isFinite(value) && (kind === 'linear' || value > 0);
}

/** From a value to the axis' own, evenly spaced coordinate: itself, or its decimal logarithm. */
export function toAxis(value: number, kind: ScaleKind): number {
  return kind === 'linear' ? value : Math.log10(value);
}

export function fromAxis(coordinate: number, kind: ScaleKind): number {
  return kind === 'linear' ? coordinate : 10 ** coordinate;
}

/** Step of 1, 2 or 5 times a power of ten that cuts `span` into at most `count` parts. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const mantissa = [1, 2, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) ?? 10;
  return mantissa * power;
}

/** Multiples of a nice step inside [from, to], without the drift of repeated addition. */
export function linearTicks(from: number, to: number, count = 5): number[] {
  if (!(to > from)) return [from];
  return multiples(from, to, niceStep(to - from, count));
}

function multiples(from: number, to: number, step: number): number[] {
  const ticks: number[] = [];
  const slack = step * 1e-6;
  for (let k = Math.ceil((from - slack) / step); k * step <= to + slack; k++) {
    // A step of 0.1 or 1e-5 is not exact in binary: dividing by its inverse gives the number as it is written.
    ticks.push((step < 1 ? k / Math.round(1 / step) : k * step) || 0);
  }
  return ticks;
}

/**
 * Ticks of a logarithmic axis between two positive values: powers of ten labelled, 2 and 5 labelled too where fewer than two decades
 * are shown, the other multiples as unlabelled lines. Less than a third of a decade reads best with linear ticks.
 */
export function logTicks(from: number, to: number): Tick[] {
  const decades = Math.log10(to / from);
  if (decades < 1 / 3) return linearTicks(from, to, 4).map((value) => ({ value, labelled: true }));
  const labelled = decades < 1 ? [1, 2, 3, 4, 5, 6, 8] : decades <= 2.5 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 7));
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.ceil(Math.log10(to)); exponent++) {
    for (let mantissa = 1; mantissa < 10; mantissa++) {
      const value = Number(`${mantissa}e${exponent}`);
      if (value < from * (1 - 1e-9) || value > to * (1 + 1e-9)) continue;
      if (decades > 4 && mantissa > 1) continue;
      ticks.push({ value, labelled: labelled.includes(mantissa) && exponent % every === 0 });
    }
  }
  return ticks;
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/** Ticks of an axis in seconds: whole seconds, minutes, hours. */
export function timeTicks(from: number, to: number, count = 6): number[] {
  const step = timeSteps.find((candidate) => (to - from) / candidate <= count);
  return step === undefined || to - from < 2 ? linearTicks(from, to, count) : multiples(from, to, step);
}

const days = [1, 2, 7, 14, 28].map((count) => 86_400 * count);

/** Ticks of an axis of times of day in milliseconds since 1970: whole minutes, hours and days where the user is. */
export function wallTicks(from: number, to: number, count = 5): number[] {
  const steps = [...timeSteps, ...days];
  const step = 1000 * (steps.find((candidate) => (to - from) / 1000 / candidate <= count) ?? 86_400 * 28);
  const offset = 60_000 * new Date(from).getTimezoneOffset();
  return multiples(from - offset, to - offset, step).map((value) => value + offset);
}

export interface Domain {
  readonly from: number;
  readonly to: number;
}

/** Range of the drawable values with a little air around it; a single value gets room on both sides. */
export function paddedDomain(smallest: number, largest: number, kind: ScaleKind): Domain {
  if (!(largest >= smallest)) return kind === 'linear' ? { from: 0, to: 1 } : { from: 0.1, to: 1 };
  const low = toAxis(smallest, kind);
  const high = toAxis(largest, kind);
  const air = high > low ? (high - low) * 0.05 : kind === 'log' ? 0.5 : Math.abs(low) || 0.5;
  return { from: fromAxis(low - air, kind), to: fromAxis(high + air, kind) };
}
