import { z } from 'zod';
import { datasetDescriptor } from './catalog.ts';
import { method } from './method.ts';
import { errorJson } from './runs.ts';
import { datasetReference, datasetSection } from './specs.ts';
import { tensorPayload } from './tensor.ts';

const nothing = z.object({});
const one = z.object({ name: z.string() });
const byName = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

/** Work on a data set that takes long enough to be watched; at most one piece at a time for each data set. */
export const datasetTask = z.object({
  name: z.string(),
  kind: z.enum(['download', 'import', 'verify', 'survey', 'prepare']),
  /** `paused` keeps what was fetched, also over a restart; `failed` says why in `error`. What is done is no task any more. */
  state: z.enum(['running', 'paused', 'failed']),
  /** What is being done: `downloading`, `unpacking`, `verifying`, ... */
  phase: z.string(),
  /** The file in hand. */
  file: z.string().nullable(),
  /** While `fitting`, the share of 1 that is done. */
  bytesDone: z.number(),
  /** null where it cannot be told. */
  bytesTotal: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  error: errorJson.nullable(),
});
export type DatasetTask = z.infer<typeof datasetTask>;

/** One channel of all stored pixels of a split, in units of the stored byte, 0 to 255. */
export const channelStatistic = z.object({
  mean: z.number(),
  deviation: z.number(),
  minimum: z.int(),
  maximum: z.int(),
  /** Share of pixels in each of 32 equal ranges of the byte; the shares add up to 1. */
  histogram: z.array(z.number()),
});
export type ChannelStatistic = z.infer<typeof channelStatistic>;

/** Samples with the same bytes. */
export const duplicateGroup = z.object({
  samples: z.array(z.object({ split: z.string(), index: z.int(), label: z.int().nullable() })),
});
export type DuplicateGroup = z.infer<typeof duplicateGroup>;

/** What reading every sample has shown. */
export const datasetSurvey = z.object({
  name: z.string(),
  hash: z.string(),
  splits: byName(
    z.object({
      count: z.int(),
      channels: z.array(channelStatistic),
      /** f32 [C, H, W], 0..255. */
      meanImage: tensorPayload,
      /** u8 [K, C, H, W], one for each class; null where samples have no labels. A class without samples is black. */
      classMeans: tensorPayload.nullable(),
    }),
  ),
  duplicates: z.object({
    /** Distinct images of `test` that `train` holds too: what a model may simply remember. */
    testInTrain: z.int(),
    /** Groups of equal images that carry different labels. */
    conflicting: z.int(),
    /** Groups of equal images in all. */
    groups: z.int(),
    /** The first of them, those across splits and those with several labels in front. */
    listed: z.array(duplicateGroup),
  }),
});
export type DatasetSurvey = z.infer<typeof datasetSurvey>;

/** One file that cannot be trusted, and why. */
export const datasetFault = z.object({ file: z.string(), reason: z.string() });
export type DatasetFault = z.infer<typeof datasetFault>;

/** What reading and checking every file has shown. */
export const verification = z.object({
  name: z.string(),
  status: z.enum(['ready', 'missing', 'damaged']),
  version: z.string().nullable(),
  hash: z.string().nullable(),
  /** Whether the content is what was published; null where nothing is known to compare with. */
  published: z.boolean().nullable(),
  splits: byName(z.int()),
  faults: z.array(datasetFault),
});
export type Verification = z.infer<typeof verification>;

/** What fetching a data set would come to, and what to do without a network. */
export const acquisition = z.object({
  /** `web`, `npm` or `system`; null where nothing can be fetched. */
  source: z.string().nullable(),
  bytesToFetch: z.number(),
  /** On disk while fetching and unpacking, at most. */
  bytesNeeded: z.number(),
  bytesFree: z.number().nullable(),
  /** Part of it was fetched before, and is kept. */
  resumable: z.boolean(),
  /** What a user without a network fetches elsewhere. */
  files: z.array(z.object({ name: z.string(), urls: z.array(z.string()), bytes: z.number().nullable() })),
  /** A command of the operating system that brings it. */
  command: z.string().nullable(),
  /** Where files put by hand are found. */
  folder: z.string(),
});
export type Acquisition = z.infer<typeof acquisition>;

/** What is on an image and where: pixels from its upper left corner; the right and bottom ones are inside. */
export const objectBox = z.object({
  label: z.int(),
  left: z.number(),
  top: z.number(),
  right: z.number(),
  bottom: z.number(),
  /** Not counted when a detector is judged. */
  difficult: z.boolean(),
});
export type ObjectBox = z.infer<typeof objectBox>;

/** A sample as it is stored, and as a model would see it. */
export const samplePreview = z.object({
  index: z.int(),
  label: z.int().nullable(),
  /** [C, H, W] after the derived steps: u8, or f32 where these whiten. */
  stored: tensorPayload,
  /** What is on it, in pixels of `stored`; empty where images come without boxes. */
  objects: z.array(objectBox),
  /** f32 [C, H, W]: the very numbers that enter the first layer. */
  seen: tensorPayload,
  /** Of `seen`, per channel. */
  channels: z.array(
    z.object({ minimum: z.number(), maximum: z.number(), mean: z.number(), deviation: z.number() }),
  ),
  /** Samples in the split. */
  total: z.int(),
});
export type SamplePreview = z.infer<typeof samplePreview>;

/** A set that was derived for training or to be looked at, and is kept so that it need not be made again. */
export const derivedSet = z.object({
  key: z.string(),
  /** What it was derived from; null where its record cannot be read: then it is made anew when it is needed. */
  from: z.string().nullable(),
  title: z.string(),
  /** As in an experiment's `dataset.derive`. */
  steps: z.array(z.looseObject({ type: z.string() })),
  bytes: z.number(),
  /** ISO 8601: when it was made or last opened. */
  lastUsed: z.string(),
  /** Runs under way or waiting that read it. */
  usedBy: z.array(z.string()),
});
export type DerivedSet = z.infer<typeof derivedSet>;

/** Work on data sets, and how often such work may have changed one: neither is lost where several changes are told as one. */
const datasetWork = z.object({
  /** Those under way, paused and failed. */
  tasks: z.array(datasetTask),
  /** Differs from what it was before whenever data sets are to be looked at anew. */
  revision: z.int(),
});
export type DatasetWork = z.infer<typeof datasetWork>;

/** Everything a window asks about data sets. */
export const datasetMethods = {
  'datasets.list': method(nothing, z.array(datasetDescriptor)),
  'datasets.show': method(
    datasetReference,
    z.object({
      name: z.string(),
      /** [C, H, W]; null where images vary in size. */
      shape: z.array(z.int()).nullable(),
      version: z.string(),
      hash: z.string(),
      splits: byName(
        z.object({
          count: z.int(),
          classes: byName(z.int()),
          /** Objects of each class on the images; only where these have boxes instead of labels. */
          objects: byName(z.int()).optional(),
        }),
      ),
      /** Of the training set, per channel, in units of the 0..1 pixel; empty where images vary in size. */
      mean: z.array(z.number()),
      deviation: z.array(z.number()),
    }),
  ),
  /**
   * Samples as [N, C, H, W] u8, for thumbnails: `count` of them from `offset` on, of one class or of all. Images larger
   * than `size` are made smaller by averaging areas; those of varied size are fitted into a square of it. Images with
   * boxes instead of labels are of every class of which they show an object.
   */
  'datasets.samples': method(
    datasetReference.extend({
      split: z.string(),
      offset: z.int().nonnegative(),
      count: z.int().positive().max(500),
      label: z.int().nonnegative().optional(),
      size: z.int().min(8).max(256).optional(),
    }),
    z.object({
      images: tensorPayload,
      /** null for a sample that nobody labelled. */
      labels: z.array(z.int().nullable()),
      /** What is on each, in pixels of `images`; empty where images come without boxes. */
      objects: z.array(z.array(objectBox)),
      indices: z.array(z.int()),
      total: z.int(),
    }),
  ),
  /** Reads every sample; told as a task while it does. Kept by content, so the second time answers at once. */
  'datasets.survey': method(datasetReference, datasetSurvey),
  /** One sample through the steps of an experiment's `dataset` section; `input` is the model's, centred in. */
  'datasets.preview': method(
    z.object({
      dataset: datasetSection,
      input: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).optional(),
      split: z.string(),
      index: z.int().nonnegative(),
      seed: z.int().nonnegative().optional(),
      /** Which throw of the augmentation's dice: the epoch it would be drawn in. */
      roll: z.int().nonnegative().optional(),
    }),
    samplePreview,
  ),
  'datasets.tasks': method(nothing, datasetWork),
  /** Ends the task and removes what it has fetched so far. */
  'datasets.cancel': method(one, nothing),
  /** Data that are not in the list, such as a folder of one's own, as if they were. */
  'datasets.describe': method(datasetReference, datasetDescriptor),
  /** A first experiment on data that no published network was made for. */
  'datasets.starter': method(datasetReference, z.object({ experiment: z.unknown() })),
  'datasets.plan': method(one, acquisition),
  /** Starts, or goes on with what was paused; the task tells how it goes. */
  'datasets.download': method(one, nothing),
  'datasets.pause': method(one, nothing),
  /** From files and folders of the engine's machine; resolves when it is in place. */
  'datasets.import': method(
    z.object({ name: z.string(), paths: z.array(z.string().min(1)).min(1) }),
    verification,
  ),
  /** The one used last in front. */
  'datasets.derived': method(nothing, z.array(derivedSet)),
  /** Refused, all of them, where a run under way or waiting reads one. */
  'datasets.removeDerived': method(z.object({ keys: z.array(z.string()) }), z.object({ bytes: z.number() })),
  /** Reads and checks every file; resolves with what was found. */
  'datasets.verify': method(datasetReference, verification),
} as const;
