/** What travels with exported weights, so that they can be used without Convolab. */
export interface WeightsMetadata {
  readonly run: string;
  readonly classes: readonly string[];
  /** [C, H, W] as the model sees it; a smaller image is centred in it, surrounded by black. */
  readonly input: readonly number[];
  /** Per channel, in units of the 0..1 pixel: the model sees (pixel - mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Safetensors metadata: every value a JSON text, as the format allows only texts. */
export function weightsMetadata(about: WeightsMetadata): Record<string, string> {
  const { classes, input, mean, std, run } = about;
  return Object.fromEntries(
    Object.entries({ classes, input, mean, std, run }).map(([key, value]) => [key, JSON.stringify(value)]),
  );
}
