import { z } from 'zod';

/**
 * Descriptions from which the window builds its forms: layers, presets, data sets, optimizers and schedules describe
 * themselves once, in their own file, and the window knows none of them by name.
 */
export const fieldDescriptor = z.object({
  /** Key in the specification, e.g. `lr`. */
  key: z.string(),
  label: z.string(),
  kind: z.enum(['number', 'integer', 'boolean', 'choice', 'text']),
  /** `undefined` where the user must say. */
  default: z.unknown().optional(),
  unit: z.string().optional(),
  help: z.string(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** For `choice`. */
  choices: z.array(z.object({ value: z.union([z.string(), z.number()]), label: z.string() })).optional(),
});
export type FieldDescriptor = z.infer<typeof fieldDescriptor>;

/** Something chosen by its type (`{ type: sgd, ... }`), with the fields that type has. */
export const variantDescriptor = z.object({
  type: z.string(),
  label: z.string(),
  help: z.string(),
  fields: z.array(fieldDescriptor),
});
export type VariantDescriptor = z.infer<typeof variantDescriptor>;

/** What was measured here with an experiment that came with the app. */
export const measured = z.object({
  /** Its name, as `convolab run` takes it. */
  experiment: z.string(),
  seeds: z.array(z.int()),
  /** Accuracy on the test set of each seed's best epoch, as a fraction, in the order of the seeds. */
  test: z.array(z.number()),
  /** What else there is to know: a committee's accuracy, a difference with its p, what was shortened. */
  note: z.string().optional(),
});
export type Measured = z.infer<typeof measured>;

export const presetDescriptor = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  /** The figure of the paper, with its source, shown beside ours; and the accuracy of each class where it is printed. */
  published: z
    .object({
      figure: z.string(),
      source: z.string(),
      /** True where it is about data that the preset's own experiment does not have. */
      otherData: z.boolean().optional(),
      classes: z.array(z.object({ name: z.string(), accuracy: z.number() })).optional(),
    })
    .optional(),
  /** Ours; empty where nothing was measured yet. */
  measured: z.array(measured),
  options: z.array(fieldDescriptor),
  /** Complete experiment as a plain object, ready to be edited and started. */
  experiment: z.unknown(),
});
export type PresetDescriptor = z.infer<typeof presetDescriptor>;

export const datasetDescriptor = z.object({
  name: z.string(),
  /** Samples of one size, or images of varied size that an experiment has to resize first. */
  kind: z.enum(['samples', 'images']),
  title: z.string(),
  description: z.string(),
  licence: z.string(),
  /** Who made it, and its name. */
  source: z.string(),
  homepage: z.string(),
  citation: z.string(),
  /** [channels, height, width] of one sample; null where images vary in size. */
  shape: z.array(z.int()).nullable(),
  /** [height, width] of images in files that happen to be all of one size. */
  imageSize: z.tuple([z.int(), z.int()]).optional(),
  classes: z.array(z.string()),
  splits: z.record(z.string(), z.int()),
  bytes: z.int(),
  status: z.enum(['ready', 'missing', 'damaged']),
});
export type DatasetDescriptor = z.infer<typeof datasetDescriptor>;

export const catalog = z.object({
  layers: z.array(variantDescriptor),
  losses: z.array(variantDescriptor),
  optimizers: z.array(variantDescriptor),
  schedules: z.array(variantDescriptor),
  /** Choices of `train.clip`, `train.average` and `train.earlyStopping`. */
  /** Fields of `train.snapshots`. */
  snapshots: z.array(fieldDescriptor),
  clipping: z.array(variantDescriptor),
  averaging: z.array(variantDescriptor),
  stopping: z.array(variantDescriptor),
  preprocessing: z.array(variantDescriptor),
  /** Steps of `dataset.augment`. */
  augmentations: z.array(variantDescriptor),
  /** Steps of `dataset.derive`. */
  derivations: z.array(variantDescriptor),
  /** Kinds of `dataset.source`. */
  sources: z.array(variantDescriptor),
  initializers: z.array(variantDescriptor),
  /** Fields of a model written in the papers' shorthand. */
  shorthand: z.array(fieldDescriptor),
  /** Model presets; each is also a one-run experiment. */
  models: z.array(presetDescriptor),
  /** Experiments made of several runs, such as the sigmoid and ReLU comparison. */
  experiments: z.array(presetDescriptor),
  datasets: z.array(datasetDescriptor),
});
export type Catalog = z.infer<typeof catalog>;
