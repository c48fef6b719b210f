import { z } from 'zod';
import { method } from './method.ts';
import { predictionPage, predictionQuery } from './predictions.ts';
import { datasetReference } from './specs.ts';
import { tensorPayload } from './tensor.ts';

/** `best`, `last` or an epoch whose weights are kept. */
export const weightsChoice = z.union([z.enum(['best', 'last']), z.int().nonnegative()]);

/** An image as a network is shown it: one of its data set, or one of one's own as `runs.prepareImage` gave it. */
export const inspectedImage = z.union([
  z.strictObject({ split: z.string(), index: z.int().nonnegative() }),
  /** u8 [C, H, W], stored as the run's data set stores its samples. */
  z.strictObject({ pixels: tensorPayload }),
]);
export type InspectedImage = z.infer<typeof inspectedImage>;

const network = z.object({ run: z.string(), checkpoint: weightsChoice.optional() });
const seen = network.extend({ image: inspectedImage });
/** Which class is asked about; by default the image's own, and the predicted one where it has none. */
const asked = seen.extend({ target: z.int().nonnegative().optional() });

const named = { id: z.string(), type: z.string() };
const range = { minimum: z.number(), maximum: z.number() };

export const featureMaps = z.object({
  run: z.string(),
  epoch: z.int(),
  /** null for an image that nobody labelled. */
  label: z.int().nullable(),
  classes: z.array(z.string()),
  /** Softmax of the logits where the loss is softmax cross-entropy, else the outputs themselves. */
  probabilities: z.array(z.number()),
  /** u8 [C, H, W]: the image as it is stored, where the model's input has it; of whitened ones each one's own range. */
  picture: tensorPayload,
  /** The input as the model sees it, then every layer in order; maps [C, H, W], vectors [N]. */
  layers: z.array(z.object({ ...named, output: tensorPayload, ...range })),
});
export type FeatureMaps = z.infer<typeof featureMaps>;

/**
 * Square root of the mean of squares of dLoss / d(what goes into the layer's activation), the lecture's delta: what its weights
 * learn from. Of a layer without an activation that of its output.
 */
const delta = z.number();

/** What of the loss of one image reaches each layer: dLoss / d(its output). */
export const layerGradients = z.object({
  run: z.string(),
  epoch: z.int(),
  /** Class that the loss is taken for. */
  target: z.int(),
  loss: z.number(),
  /** The input, then every layer in order. */
  layers: z.array(
    z.object({
      ...named,
      gradient: tensorPayload,
      ...range,
      /** Square root of the sum of squares. */
      norm: z.number(),
      /** Square root of the mean of squares: layers of different size can be compared by it. */
      rms: z.number(),
      delta,
    }),
  ),
  /** Of every trained parameter: that of its gradient, and its own, both as square roots of means of squares. */
  parameters: z.array(z.object({ name: z.string(), layer: z.string(), rms: z.number(), value: z.number() })),
});
export type LayerGradients = z.infer<typeof layerGradients>;

/** How much of the loss of many images reaches each layer. */
export const gradientFlow = z.object({
  run: z.string(),
  epoch: z.int(),
  /** Whose loss: the first `count` samples of the split. */
  split: z.string(),
  count: z.int(),
  /** Mean over them. */
  loss: z.number(),
  /** The input, then every layer in order; each image's own gradient counts. */
  layers: z.array(z.object({ ...named, delta })),
});
export type GradientFlow = z.infer<typeof gradientFlow>;

/** One output of a layer, and the very numbers that make it. */
export const arithmetic = z.object({
  layer: z.string(),
  type: z.string(),
  channel: z.int(),
  row: z.int(),
  column: z.int(),
  /** What is done with the products (or, without weights, with the values): added up, averaged, or the largest taken. */
  combine: z.enum(['sum', 'mean', 'maximum']),
  /** Windows of the maps that it looks at; of a vector, all of it as one row. */
  parts: z.array(
    z.object({
      /** `input` or a layer's id. */
      source: z.string(),
      channel: z.int(),
      /** Of the window, in pixels of the source; may begin outside. */
      top: z.int(),
      left: z.int(),
      /** [height, width]; what lies outside the map is what the layer pads with, and is marked in `inside`. */
      values: tensorPayload,
      /** The same shape; null where values count as they are. */
      weights: tensorPayload.nullable(),
      /** u8, 1 within the map. */
      inside: tensorPayload,
      /** Of the products, or of the values. */
      sum: z.number(),
    }),
  ),
  /** What the parts come to, before gain and bias. */
  combined: z.number(),
  gain: z.number().nullable(),
  bias: z.number().nullable(),
  /** combined * gain + bias, which goes into the activation. */
  total: z.number(),
  activation: z.string(),
  /** f(total) as computed here. */
  result: z.number(),
  /** The output as the network has it. */
  output: z.number(),
});
export type Arithmetic = z.infer<typeof arithmetic>;

export const saliency = z.object({
  target: z.int(),
  /** Output of the target class before any softmax. */
  score: z.number(),
  /** f32 [C, H, W]: d score / d input. */
  gradient: tensorPayload,
});
export type Saliency = z.infer<typeof saliency>;

export const occlusion = z.object({
  target: z.int(),
  /** Side of the square that hides a part of the input, and its step, in pixels of the input. */
  size: z.int(),
  stride: z.int(),
  /** Of the target class (or its output, see `featureMaps.probabilities`), with nothing hidden. */
  base: z.number(),
  /** f32 [rows, columns]: the same with the square's middle at row * stride, column * stride. */
  probabilities: tensorPayload,
  /** Images that were run through the network. */
  images: z.int(),
});
export type Occlusion = z.infer<typeof occlusion>;

/** The images that excite each map (or unit) of a layer most. */
export const strongest = z.object({
  layer: z.string(),
  /** What was searched: the first `count` samples of the split. */
  split: z.string(),
  count: z.int(),
  /** Maps of the layer. */
  total: z.int(),
  maps: z.array(
    z.object({
      map: z.int(),
      /** Strongest first. */
      images: z.array(
        z.object({
          /** Place in `samples`. */
          sample: z.int(),
          value: z.number(),
          /** Where in the map; 0 and 0 of a unit. */
          row: z.int(),
          column: z.int(),
        }),
      ),
    }),
  ),
  /** Every image that is among them once. */
  samples: z.array(z.object({ index: z.int(), label: z.int() })),
  /** u8 [samples, C, H, W], as the model's input lies: padded, or cropped. */
  images: tensorPayload,
});
export type Strongest = z.infer<typeof strongest>;

/** The test images as points: the two directions in which a layer's outputs vary most. */
export const embedding = z.object({
  layer: z.string(),
  /** Numbers per image that were projected. */
  dimensions: z.int(),
  split: z.string(),
  count: z.int(),
  classes: z.array(z.string()),
  /** f32 [count, 2] */
  points: tensorPayload,
  /** i32 [count] */
  labels: tensorPayload,
  predictions: tensorPayload,
  /** Share of the variance that each of the two holds. */
  explained: z.tuple([z.number(), z.number()]),
});
export type Embedding = z.infer<typeof embedding>;

export const preparedImage = z.object({
  /** u8 [C, H, W], for `inspectedImage`. */
  pixels: tensorPayload,
  /** Of the file. */
  width: z.int(),
  height: z.int(),
  /** Made grey because the data set is. */
  grey: z.boolean(),
  inverted: z.boolean(),
  /** The data set's images have dark borders and this one a light one, or the other way round. */
  looksInverted: z.boolean(),
});
export type PreparedImage = z.infer<typeof preparedImage>;

/** What a network makes of consecutive samples of a set. */
export const predictions = z.object({
  /** Samples in the set. */
  total: z.int(),
  /** i32 [count] */
  labels: tensorPayload,
  predictions: tensorPayload,
  /** f32 [count]: probability (or output) of the predicted class. */
  confidences: tensorPayload,
  lossSum: z.number(),
  correct: z.int(),
  epoch: z.int(),
  classes: z.array(z.string()),
});
export type Predictions = z.infer<typeof predictions>;

/** Looking at what a network makes of images. */
export const inspectMethods = {
  /** Opens a run's data and network ahead, so that the first look at either does not have to wait for it. */
  'runs.prepare': method(z.object({ run: z.string() }), z.object({})),
  /** The images behind the confusion matrix. */
  'runs.predictions': method(predictionQuery, predictionPage),
  'runs.featureMaps': method(seen, featureMaps),
  'runs.gradients': method(asked, layerGradients),
  'runs.gradientFlow': method(
    network.extend({
      split: z.string().optional(),
      count: z.int().positive().max(1000).optional(),
    }),
    gradientFlow,
  ),
  'runs.arithmetic': method(
    seen.extend({
      layer: z.string(),
      /** Map, or unit of a vector. */
      channel: z.int().nonnegative(),
      row: z.int().nonnegative().optional(),
      column: z.int().nonnegative().optional(),
    }),
    /** null for layers whose output is no sum that could be written down, such as a normalisation. */
    arithmetic.nullable(),
  ),
  'runs.saliency': method(asked, saliency),
  'runs.occlusion': method(
    asked.extend({
      size: z.int().positive().optional(),
      stride: z.int().positive().optional(),
    }),
    occlusion,
  ),
  'runs.strongest': method(
    network.extend({
      layer: z.string(),
      split: z.string().optional(),
      /** Images searched. */
      count: z.int().positive().max(10_000).optional(),
      /** Which maps: `maps` of them from `first` on. */
      first: z.int().nonnegative().optional(),
      maps: z.int().positive().max(64).optional(),
      /** Images per map. */
      best: z.int().positive().max(25).optional(),
    }),
    strongest,
  ),
  'runs.embedding': method(
    network.extend({
      split: z.string().optional(),
      count: z.int().positive().max(10_000).optional(),
      /** By default the one before the last. */
      layer: z.string().optional(),
    }),
    embedding,
  ),
  /** An image file as the run's data set would hold it. */
  'runs.prepareImage': method(
    z.object({
      run: z.string(),
      /** Names it in errors. */
      name: z.string(),
      /** The file, base64. */
      data: z.string(),
      /** By default where it looks as if it had to be. */
      invert: z.boolean().optional(),
    }),
    preparedImage,
  ),
  /** By default of the run's own test set; of another data set, its test samples, which must be of the same shape and classes. */
  'runs.predict': method(
    network.extend({
      dataset: datasetReference.optional(),
      offset: z.int().nonnegative(),
      count: z.int().positive().max(10_000),
    }),
    predictions,
  ),
} as const;
