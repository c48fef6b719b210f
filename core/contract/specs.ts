import { z } from 'zod';

/**
 * The envelopes of the two file formats. What is inside a layer, a preprocessing step, an optimizer or a schedule is
 * left unread here; the full schemas are composed from the layers, data sets and optimizers themselves (see
 * `core/graph` and `core/train`), so that adding one touches one file.
 */
export const layerEnvelope = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  from: z.array(z.string().min(1)).min(1).optional(),
});
export type LayerEnvelope = z.infer<typeof layerEnvelope>;

const typed = z.looseObject({ type: z.string().min(1) });

export const modelEnvelope = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1),
  input: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  layers: z.array(layerEnvelope).min(1),
  loss: typed,
});
export type ModelEnvelope = z.infer<typeof modelEnvelope>;

export const modelSource = z.union([
  z.strictObject({
    preset: z.string().min(1),
    options: z.record(z.string(), z.unknown()).optional(),
    /** In place of the preset's own. */
    loss: typed.optional(),
  }),
  z.strictObject({ spec: modelEnvelope }),
  /** The papers' notation, `1x29x29-20C4-MP2-40C5-MP3-150N-10N`. */
  z.strictObject({ shorthand: z.string().min(1), activation: z.string().optional(), loss: typed.optional() }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type ModelSource = z.infer<typeof modelSource>;

/** What is trained on, and what is done to it first. */
export const datasetSection = z.strictObject({
  /** A data set that Convolab knows; with `source` whatever the user calls their own. */
  name: z.string().min(1),
  /** Data of one's own: what kind, and where it lies. */
  source: z.looseObject({ type: z.string().min(1), path: z.string().min(1) }).optional(),
  /** Steps that make another set of it, which is kept. */
  derive: z.array(typed).optional(),
  /** Samples (an integer) or share (below 1) of the training set held out for selection; 0 = none. */
  validation: z.number().nonnegative().optional(),
  preprocess: z.array(typed).optional(),
  augment: z.array(typed).optional(),
});
export type DatasetSection = z.infer<typeof datasetSection>;

/** The part of it that says which data: the same samples whatever is made of them later. */
export const datasetReference = datasetSection.pick({ name: true, source: true, derive: true });
export type DatasetReference = z.infer<typeof datasetReference>;

export const experimentEnvelope = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  dataset: datasetSection,
  model: modelSource,
  train: z.strictObject({
    epochs: z.int().positive().optional(),
    batchSize: z.int().positive().optional(),
    optimizer: typed.optional(),
    schedule: typed.optional(),
    /** What gradients are brought down to. */
    clip: typed.optional(),
    /** A running average of the weights. */
    average: typed.optional(),
    earlyStopping: typed.optional(),
    select: z.strictObject({ metric: z.string(), direction: z.enum(['max', 'min']) }).optional(),
  }),
  /** Dotted path to the values it takes: one run per combination. */
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).optional(),
  /** Name to what is set together, by dotted path: one run each, with every combination of the grid. */
  variants: z.record(z.string().min(1), z.record(z.string(), z.unknown())).optional(),
  seeds: z.array(z.int().nonnegative()).min(1).optional(),
  backend: z.string().optional(),
});
export type ExperimentEnvelope = z.infer<typeof experimentEnvelope>;
