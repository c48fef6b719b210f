import type { z } from 'zod';
import type { PresetDescriptor } from '../contract/catalog.ts';
import type { ExperimentEnvelope } from '../contract/specs.ts';

/** A model as a function of a few options; each is also a one-run experiment of the same name. */
export interface Preset<O extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The figure of the paper, with its source, shown beside ours. */
  readonly published?: PresetDescriptor['published'];
  /** Strict object of described fields, each with a default. */
  readonly options: z.ZodObject;
  /** The model specification as a file would hold it. */
  model(options: O): unknown;
  /**
   * Options of its experiment where they are not the defaults: the published network may be larger than any data at hand
   * can train.
   */
  readonly trainedWith?: Readonly<Record<string, unknown>>;
  /** Default data and recipe. */
  readonly experiment: Omit<ExperimentEnvelope, 'version' | 'name' | 'model'>;
}
