import type { Distribution, EpochHealth } from '../../../core/contract/health.ts';

/** What a layer is judged by, one number per epoch; null where it means nothing for that layer. */
export type HealthFigure =
  | 'dead-share'
  | 'saturated-share'
  | 'gradient-norm'
  | 'weight-norm'
  | 'update-ratio'
  | 'activation-mean';

export const healthFigures: readonly HealthFigure[] = [
  'gradient-norm',
  'saturated-share',
  'dead-share',
  'update-ratio',
  'weight-norm',
  'activation-mean',
];

/**
 * Share of outputs that lie near an end of what their activation can give.
 * @param threshold near: within this share of the distance between the ends
 */
export function saturatedShare({ counts, count }: Distribution, threshold: number): number | null {
  if (count === 0) return null;
  const reach = Math.round(threshold * counts.length);
  const sum = (part: readonly number[]) => part.reduce((total, each) => total + each, 0);
  return (sum(counts.slice(0, reach)) + sum(counts.slice(Math.max(reach, counts.length - reach)))) / count;
}

/** One figure of one layer after one epoch. Norms and ratios are of its weights, biases aside. */
export function layerFigure(
  health: EpochHealth,
  layer: string,
  figure: HealthFigure,
  threshold: number,
): number | null {
  const outputs = health.layers.find((each) => each.layer === layer);
  const weights = health.parameters.find(({ parameter }) => parameter === `${layer}.weight`);
  switch (figure) {
    case 'dead-share':
      return outputs?.dead ? outputs.dead.length / outputs.units : null;
    case 'saturated-share':
      return outputs?.saturates ? saturatedShare(outputs.outputs, threshold) : null;
    case 'gradient-norm':
      return weights?.gradient.norm ?? null;
    case 'weight-norm':
      return weights?.weights.norm ?? null;
    case 'update-ratio':
      return weights?.updateRatio ?? null;
    case 'activation-mean':
      return outputs?.outputs.mean ?? null;
  }
}

/** Names of the layers that any figure is of, in the order of the network. */
export function healthLayers(epochs: readonly EpochHealth[]): string[] {
  return epochs[0]?.layers.map(({ layer }) => layer) ?? [];
}

/** From the least to the greatest value of several distributions; a hair wide where all are one number. */
export function commonRange(distributions: readonly Distribution[]): { from: number; to: number } {
  const filled = distributions.filter(({ count }) => count > 0);
  if (filled.length === 0) return { from: 0, to: 1 };
  const from = Math.min(...filled.map((each) => each.minimum));
  const to = Math.max(...filled.map((each) => each.maximum));
  const pad = to > from ? 0 : Math.abs(from) * 0.01 || 0.01;
  return { from: from - pad, to: to + pad };
}

/**
 * Shares of a distribution in other bins. What a bin holds is taken as spread evenly over the part of it that can hold
 * anything, between the least and the greatest value.
 */
export function rebin(
  { counts, count, from, to, minimum, maximum }: Distribution,
  range: { readonly from: number; readonly to: number },
  bins: number,
): Float64Array {
  const shares = new Float64Array(bins);
  if (count === 0) return shares;
  const width = (to - from) / counts.length;
  const scale = bins / (range.to - range.from);
  const place = (value: number) => Math.max(0, Math.min(bins, (value - range.from) * scale));
  counts.forEach((held, i) => {
    if (held === 0) return;
    const low = place(Math.max(minimum, from + i * width));
    const high = place(Math.min(maximum, from + (i + 1) * width));
    const first = Math.min(bins - 1, Math.floor(low));
    for (let bin = first; bin < Math.max(high, first + 1) && bin < bins; bin++) {
      const overlap = high > low ? (Math.min(high, bin + 1) - Math.max(low, bin)) / (high - low) : 1;
      shares[bin] = (shares[bin] as number) + (overlap * held) / count;
    }
  });
  return shares;
}
