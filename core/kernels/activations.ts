import { z } from 'zod';
import { erf } from './erf.ts';
import type { Buffer64 } from './kernel.ts';

/** The `activation` attribute of the kernels that can apply f to what they write (2). */
export const activationName = z.enum([
  'linear',
  'sigmoid',
  'tanh',
  'relu',
  'leaky-relu',
  'elu',
  'gelu',
  'softplus',
  'scaled-tanh',
]);
export type ActivationName = z.infer<typeof activationName>;

interface Activation {
  /** y = f(u) */
  readonly value: (u: number) => number;
  /** f'(u), written in terms of y = f(u), so that u need not be kept; in terms of u where `ofInput` says so. */
  readonly slope: (y: number) => number;
  /** f is not monotonic, so that y does not tell the slope. */
  readonly ofInput?: true;
  /** The slope jumps somewhere, where a finite difference means nothing. */
  readonly kinked?: true;
  /** What it approaches at both ends without reaching it: near them the slope is about 0, the unit saturated. */
  readonly ends?: readonly [number, number];
}

/** Slope of leaky ReLU below 0 (Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network models", 2013). */
const leak = 0.01;
/** LeCun's f(u) = A tanh(S u): f(1) = 1, f(-1) = -1 ("Gradient-based learning", 1998, appendix A). */
const lecun = { amplitude: 1.7159, scale: 2 / 3 };

/** Distribution function of the standard normal. */
const normalShare = (u: number) => (1 + erf(u / Math.SQRT2)) / 2;
const normalDensity = (u: number) => Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI);

/** (2) and figures 7 and 31 of the lecture, and what came after them. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  linear: { value: (u) => u, slope: () => 1 },
  sigmoid: { value: (u) => 1 / (1 + Math.exp(-u)), slope: (y) => y * (1 - y), ends: [0, 1] },
  tanh: { value: (u) => Math.tanh(u), slope: (y) => 1 - y * y, ends: [-1, 1] },
  // The slope at the kink itself is 0, as in the lecture (figure 31) and in every framework.
  relu: { value: (u) => Math.max(0, u), slope: (y) => (y > 0 ? 1 : 0), kinked: true },
  'leaky-relu': { value: (u) => (u > 0 ? u : leak * u), slope: (y) => (y > 0 ? 1 : leak), kinked: true },
  // Clevert, Unterthiner and Hochreiter 2015, with alpha = 1: exp(u) - 1 below 0.
  elu: { value: (u) => (u > 0 ? u : Math.expm1(u)), slope: (y) => (y > 0 ? 1 : y + 1) },
  // Hendrycks and Gimpel 2016: u times the share of a standard normal below u; it falls and rises again below 0.
  gelu: {
    value: (u) => u * normalShare(u),
    slope: (u) => normalShare(u) + u * normalDensity(u),
    ofInput: true,
  },
  // log(1 + exp(u)), a smooth ReLU; with y known, exp(u) = exp(y) - 1.
  softplus: {
    value: (u) => Math.max(0, u) + Math.log1p(Math.exp(-Math.abs(u))),
    slope: (y) => -Math.expm1(-y),
  },
  'scaled-tanh': {
    value: (u) => lecun.amplitude * Math.tanh(lecun.scale * u),
    slope: (y) => lecun.scale * (lecun.amplitude - (y * y) / lecun.amplitude),
    ends: [-lecun.amplitude, lecun.amplitude],
  },
};

/** The ends that an activation approaches; null for one without both. */
export function activationEnds(name: string): readonly [number, number] | null {
  const known = activationName.safeParse(name);
  return (known.success && activations[known.data].ends) || null;
}

/** Applies f in place to the first `count` elements. */
export function activate(data: Buffer64, count: number, name: ActivationName): void {
  const { value } = activations[name];
  for (let i = 0; i < count; i++) data[i] = value(data[i]!);
}
