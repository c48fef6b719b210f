import type { Augmentation, SampleSource, Transform } from '../../backends/backend.ts';
import { gather, gatherAugmented } from '../../backends/reference/gather.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { findIssues, specError } from '../../contract/issues.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';
import {
  type AugmentSpec,
  augmentSchema,
  cutsWindows,
  resolveAugmentation,
} from '../../data/augment/index.ts';
import type { Dataset } from '../../data/dataset.ts';
import { fromDataset } from '../../data/derive/base.ts';
import { planTransform } from '../../data/preprocess.ts';
import { sharedDataset } from '../../data/shared.ts';
import { splitValidation } from '../../data/split.ts';
import { tensorPayload } from '../payload.ts';
import { findSplit, galleryOf, sizeOf } from './gallery.ts';
import { labelOf } from './samples.ts';

type Asked = ParsedParams<'datasets.preview'>;

/** One sample as it lies on disk, and the very numbers that training would hand to the first layer. */
export async function preview(asked: Asked, home: string): Promise<Result<'datasets.preview'>> {
  const dataset = await sharedDataset(asked.dataset, home);
  const split = findSplit(galleryOf(fromDataset(dataset)), asked.split);
  if (asked.index >= split.count) {
    throw new ConvolabError('argument.invalid', `${asked.split} has no sample ${asked.index}.`, {
      subject: asked.split,
      hint: `Its samples are numbered 0 to ${split.count - 1}.`,
    });
  }
  const { shape } = dataset;
  const stored = await readStored(dataset, asked);
  const label = labelOf(split, asked.index);
  const input = asked.input ?? shape;
  const batch = { shape: [1, ...input], data: new Float64Array(sizeOf(input)) };
  const plan = planFor(dataset, asked);
  const augmentation = asked.split === 'train' ? plan.augmentation : undefined;
  if (augmentation) {
    const train = dataset.splits.train as SampleSource;
    const { roll = 0 } = asked;
    gatherAugmented(train, plan.transform, augmentation, roll, Uint32Array.of(asked.index), batch);
  } else {
    const source = { images: stored, labels: new Int32Array(1), shape, classes: dataset.classes.length };
    gather(source, plan.transform, Uint32Array.of(0), batch);
  }
  const seen = Float32Array.from(batch.data);
  return {
    index: asked.index,
    label,
    stored: tensorPayload(shape, stored),
    objects: [...((await split.objects?.on(asked.index)) ?? [])],
    seen: tensorPayload(input, seen),
    channels: channelsOf(seen, input[0] ?? 0),
    total: split.count,
  };
}

/** [C, H, W] as it lies in the data set: bytes, or the values that whitening made. */
async function readStored(dataset: Dataset, { split, index }: Asked): Promise<Uint8Array | Float32Array> {
  const source = dataset.splits[split];
  const size = sizeOf(dataset.shape);
  if (source) return source.images.slice(index * size, (index + 1) * size);
  const bytes = new Uint8Array(size);
  await dataset.large?.[split]?.read(Uint32Array.of(index), bytes);
  return bytes;
}

/** What becomes of every sample, and of those of training at random. */
interface Plan {
  readonly transform: Transform;
  readonly augmentation: Augmentation | undefined;
}

/** Walking over all training images again for every picture would take longer than the picture. */
const planned = new WeakMap<Dataset, Map<string, Plan>>();

function planFor(dataset: Dataset, asked: Asked): Plan {
  const { dataset: section, input, seed } = asked;
  const known = planned.get(dataset) ?? new Map<string, Plan>();
  planned.set(dataset, known);
  const key = JSON.stringify([section, input, seed]);
  const plan = known.get(key) ?? makePlan(dataset, asked);
  known.set(key, plan);
  return plan;
}

/** As a session makes it, so that the picture is what training gathers. */
function makePlan(dataset: Dataset, { dataset: section, input, seed = 1 }: Asked): Plan {
  const { validation = 0, preprocess = [], augment = [] } = section;
  const source = dataset.splits.train as SampleSource;
  const { train: trainingIndices } = splitValidation(source.labels.length, validation, seed);
  const specs = augment.map((raw, place) => readAugmentation(raw, place));
  const steps = resolveAugmentation(specs, { source, trainingIndices });
  return {
    transform: planTransform(preprocess, source, trainingIndices, input ?? dataset.shape, cutsWindows(specs))
      .transform,
    augmentation: steps.length > 0 ? { seed, steps } : undefined,
  };
}

function readAugmentation(raw: unknown, place: number): AugmentSpec {
  const issues = findIssues(augmentSchema, raw, ['dataset', 'augment', place]);
  if (issues.length > 0) throw specError('The augmentation', issues);
  return augmentSchema.parse(raw);
}

function channelsOf(values: Float32Array, channels: number): Result<'datasets.preview'>['channels'] {
  const plane = values.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const part = values.subarray(channel * plane, (channel + 1) * plane);
    const mean = part.reduce((sum, value) => sum + value, 0) / plane;
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / plane;
    return {
      minimum: part.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
      maximum: part.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      mean,
      deviation: Math.sqrt(variance),
    };
  });
}
