import type { z } from 'zod';
import type { SampleSource } from '../../backends/backend.ts';
import type { FieldDescriptor } from '../../contract/catalog.ts';

/** What preprocessing has come to so far, per channel: value = stored * scale + shift. */
export interface Affine {
  readonly scale: number;
  readonly shift: number;
}

/** Mean and standard deviation of what is stored of a channel, over the training samples. */
export interface PixelStatistic {
  readonly mean: number;
  readonly deviation: number;
}

/** What a step may look at: the training samples only, so that nothing of validation or test leaks in. */
export interface PreprocessContext {
  readonly source: SampleSource;
  readonly trainingIndices: Uint32Array;
  /** Per channel; computed when first asked for. */
  statistics(): readonly PixelStatistic[];
}

/** One kind of preprocessing step; a new one is one file that exports this, and one line in the registry. */
export interface PreprocessStep<T extends { type: string } = { type: string }> {
  readonly type: T['type'];
  readonly label: string;
  readonly help: string;
  readonly schema: z.ZodType<T>;
  readonly fields: readonly FieldDescriptor[];
  /** The channel's map with this step applied after what came before. */
  apply(step: T, before: Affine, channel: number, context: PreprocessContext): Affine;
}

/** Keeps a step's own type inside its file, and gives the registry one it can hold. */
export function defineStep<T extends { type: string }>(step: PreprocessStep<T>): PreprocessStep {
  return {
    ...step,
    apply: (raw, before, channel, context) => step.apply(raw as T, before, channel, context),
  };
}
