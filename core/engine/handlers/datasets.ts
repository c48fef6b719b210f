import type { SampleSource } from '../../backends/backend.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';
import type { Dataset } from '../../data/dataset.ts';
import { describeDatasets } from '../../data/index.ts';
import { planTransform } from '../../data/preprocess.ts';
import { sharedDataset } from '../../data/shared.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { tensorPayload } from '../payload.ts';

/** What the window asks about data sets. */
export function datasetHandlers({
  home,
}: Pick<EngineContext, 'home'>): HandlersOf<'datasets.list' | 'datasets.show' | 'datasets.samples'> {
  return {
    'datasets.list': () => describeDatasets(home),
    'datasets.show': async ({ name }) => show(await sharedDataset(name, home)),
    'datasets.samples': async (params) => samples(await sharedDataset(params.name, home), params),
  };
}

function show(dataset: Dataset): Result<'datasets.show'> {
  const { name, shape, hash, splits, classes } = dataset;
  const train = findSplit(dataset, 'train');
  const all = Uint32Array.from(train.labels, (_, index) => index);
  const { mean, deviation } = planTransform([{ type: 'standardize' }], train, all, shape);
  return {
    name,
    shape: [...shape],
    hash,
    splits: Object.fromEntries(
      Object.entries(splits).map(([split, source]) => [
        split,
        { count: source.labels.length, classes: countClasses(source.labels, classes) },
      ]),
    ),
    mean,
    deviation,
  };
}

function countClasses(labels: Int32Array, classes: readonly string[]): Record<string, number> {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Object.fromEntries(classes.map((name, label) => [name, counts[label] as number]));
}

function samples(
  dataset: Dataset,
  { split, offset, count, label }: ParsedParams<'datasets.samples'>,
): Result<'datasets.samples'> {
  const source = findSplit(dataset, split);
  const matching = [...source.labels.keys()].filter(
    (index) => label === undefined || source.labels[index] === label,
  );
  const indices = matching.slice(offset, offset + count);
  const size = source.shape.reduce((product, extent) => product * extent, 1);
  const images = new Uint8Array(indices.length * size);
  for (const [place, index] of indices.entries()) {
    images.set(source.images.subarray(index * size, (index + 1) * size), place * size);
  }
  return {
    images: tensorPayload([indices.length, ...source.shape], images),
    labels: indices.map((index) => source.labels[index] as number),
    indices,
    total: matching.length,
  };
}

/** Throws `argument.invalid`, listing the splits there are. */
function findSplit(dataset: Dataset, split: string): SampleSource {
  const source = dataset.splits[split];
  if (source) return source;
  throw new ConvolabError('argument.invalid', `${dataset.title} has no split called "${split}".`, {
    subject: split,
    hint: `It has ${Object.keys(dataset.splits).join(' and ')}.`,
  });
}
