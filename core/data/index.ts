import type { DatasetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { Dataset, DatasetDefinition } from './dataset.ts';
import { mnist } from './mnist.ts';

/** Every data set there is: one line each. */
const definitions: readonly DatasetDefinition[] = [mnist];

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
  return findDataset(name).open(home);
}

/** One data set as the window's forms and lists show it. */
export async function describeDataset(
  definition: DatasetDefinition,
  home: string,
): Promise<DatasetDescriptor> {
  const { status, splits, bytes } = await definition.inspect(home);
  const { name, title, description, licence, source, shape, classes } = definition;
  return {
    name,
    title,
    description,
    licence,
    source,
    shape: [...shape],
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
