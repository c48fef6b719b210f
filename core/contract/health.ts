import { z } from 'zod';

/** How numbers are spread: the finite ones in equal bins, and what is usually asked of them. */
export const distribution = z.object({
  /** Finite values. */
  count: z.int(),
  nonFinite: z.int(),
  minimum: z.number(),
  maximum: z.number(),
  mean: z.number(),
  /** Square root of the mean squared distance from the mean. */
  deviation: z.number(),
  /** Square root of the sum of squares. */
  norm: z.number(),
  /** Lower end of the first bin and upper end of the last. */
  from: z.number(),
  to: z.number(),
  counts: z.array(z.int()),
});
export type Distribution = z.infer<typeof distribution>;

export const layerHealth = z.object({
  layer: z.string(),
  type: z.string(),
  /** Name of the function applied to its output; null where there is none. */
  activation: z.string().nullable(),
  /** Maps of a convolution, outputs of a dense layer. */
  units: z.int(),
  /**
   * Of the layer's outputs, after its activation, on the probe images. Where the activation has ends that it approaches
   * (sigmoid: 0 and 1), the bins reach from end to end, so that any threshold of saturation can be counted off.
   */
  outputs: distribution,
  saturates: z.boolean(),
  /** Units that were above 0 for no probe image and at no place; null but for ReLU. */
  dead: z.array(z.int()).nullable(),
});
export type LayerHealth = z.infer<typeof layerHealth>;

export const parameterHealth = z.object({
  parameter: z.string(),
  layer: z.string(),
  weights: distribution,
  /** Of the mean loss over the probe images. */
  gradient: distribution,
  /** Norm of the change that one step on the probe images would make, over the norm of the weights; null for weights of 0. */
  updateRatio: z.number().nullable(),
});
export type ParameterHealth = z.infer<typeof parameterHealth>;

/** What is kept of a network's state after one epoch. */
export const epochHealth = z.object({
  epoch: z.int(),
  /** Training images, the same at every epoch, as they are and without dropout. */
  probeImages: z.int(),
  /** Of the epoch's last step; what the update ratio was worked out with. */
  rate: z.number(),
  layers: z.array(layerHealth),
  parameters: z.array(parameterHealth),
});
export type EpochHealth = z.infer<typeof epochHealth>;

/** Every epoch of a run whose health was kept, ascending. */
export const runHealth = z.object({ run: z.string(), epochs: z.array(epochHealth) });
export type RunHealth = z.infer<typeof runHealth>;
