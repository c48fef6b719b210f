import type { DatasetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { Dataset, DatasetDefinition } from './dataset.ts';
import { caltech101 } from './definitions/caltech-101.ts';
import { cifar10 } from './definitions/cifar-10.ts';
import { cifar100 } from './definitions/cifar-100.ts';
import { cifarAsStl } from './definitions/cifar-as-stl.ts';
import { fashionMnist } from './definitions/fashion-mnist.ts';
import { lfw } from './definitions/lfw.ts';
import { mnist } from './definitions/mnist.ts';
import { mnistScenes } from './definitions/mnist-scenes.ts';
import { stl10 } from './definitions/stl-10.ts';
import { voc2007 } from './definitions/voc-2007.ts';
import { voc2012 } from './definitions/voc-2012.ts';

/** Every data set there is: one line each. */
const definitions: readonly DatasetDefinition[] = [
  mnist,
  fashionMnist,
  cifar10,
  cifar100,
  stl10,
  caltech101,
  lfw,
  voc2007,
  voc2012,
  cifarAsStl,
  mnistScenes,
];

export const datasets: ReadonlyMap<string, DatasetDefinition> = new Map(
  definitions.map((definition) => [definition.name, definition]),
);

/** Throws `dataset.unknown`, listing those that are known. */
export function findDataset(name: string): DatasetDefinition {
  const definition = datasets.get(name);
  if (definition) return definition;
  throw new ConvolabError('dataset.unknown', `There is no data set called "${name}".`, {
    subject: name,
    hint: `Known data sets: ${[...datasets.keys()].join(', ')}.`,
  });
}

/**
 * Reads a data set into memory.
 * @param home Convolab's data folder; a copy under `datasets/<name>` there goes before the one that came with the app
 * @throws `dataset.unknown`, `dataset.missing`, `dataset.damaged`, `file.unreadable`
 */
export async function openDataset(name: string, home: string): Promise<Dataset> {
  const definition = findDataset(name);
  if (definition.kind === 'samples') return definition.open(home);
  // Whether they are here at all is said first.
  if ((await definition.inspect(home)).status !== 'ready') await definition.openImages(home);
  const [height, width] = definition.imageSize ?? [64, 64];
  const are = definition.imageSize ? 'are files of their own' : 'vary in size';
  throw new ConvolabError('spec.invalid', `The images of ${definition.title} ${are}.`, {
    subject: name,
    hint: `Add a step that makes samples of them: derive: [{ type: resize, height: ${height}, width: ${width} }].`,
    issues: [{ path: 'dataset.name', message: `its images ${are}; resize them in dataset.derive` }],
  });
}

/** One data set as the window's forms and lists show it. */
export async function describeDataset(
  definition: DatasetDefinition,
  home: string,
): Promise<DatasetDescriptor> {
  const { status, splits, bytes } = await definition.inspect(home);
  const { name, kind, title, description, licence, source, homepage, citation } = definition;
  const { shape, imageSize, classes } = definition;
  return {
    name,
    kind,
    title,
    description,
    licence,
    source,
    homepage,
    citation,
    shape: shape === null ? null : [...shape],
    ...(imageSize && { imageSize: [...imageSize] }),
    classes: [...classes],
    splits: { ...splits },
    bytes,
    status,
  };
}

/** All of them, in the registry's order. */
export function describeDatasets(home: string): Promise<DatasetDescriptor[]> {
  return Promise.all([...datasets.values()].map((definition) => describeDataset(definition, home)));
}
