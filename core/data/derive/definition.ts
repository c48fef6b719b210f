import type {
  DatasetFacts,
  DatasetState,
  ImageDatasetDefinition,
  ImageShape,
  Reading,
  SampleDatasetDefinition,
  VerificationReport,
} from '../dataset.ts';
import type { ReferenceInput } from './section.ts';

/** A derived set that has a name of its own. */
export interface NamedDerivation {
  readonly facts: Omit<DatasetFacts, 'sources'>;
  /** The data set it is made from. */
  readonly from: string;
  readonly derive: NonNullable<ReferenceInput['derive']>;
}

/** One that is trained on as it is. */
export function derivedSet(
  { facts, from, derive }: NamedDerivation,
  shape: ImageShape,
): SampleDatasetDefinition {
  const { name, title, published } = facts;
  const open = async (home: string) => {
    const { openTrainingSet } = await import('./open.ts');
    const dataset = await openTrainingSet({ name: from, derive }, home);
    return { ...dataset, name, title, version: published.version };
  };
  return {
    ...facts,
    ...common({ facts, from, derive }, async (home) => (await open(home)).hash),
    kind: 'samples',
    shape,
    open,
  };
}

/** One of scenes with several objects each, as images in files with their boxes. */
export function derivedScenes({ facts, from, derive }: NamedDerivation): ImageDatasetDefinition {
  const { name, title, published } = facts;
  const openImages = async (home: string) => {
    const { openScenes } = await import('./scenes-folder.ts');
    const scenes = await openScenes({ name: from, derive }, home);
    return { ...scenes, name, title, version: published.version };
  };
  return {
    ...facts,
    ...common({ facts, from, derive }, async (home) => (await openImages(home)).hash),
    kind: 'images',
    shape: null,
    openImages,
  };
}

/** What both have in common: the set is as good as the one it is made from. */
function common({ facts, from, derive }: NamedDerivation, hashOf: (home: string) => Promise<string>) {
  const { name, published } = facts;
  // When it is needed: the registry that knows the base knows this one too.
  const base = async () => (await import('../index.ts')).findDataset(from);
  return {
    sources: [],
    madeFrom: { name: from, derive },
    async inspect(home: string): Promise<DatasetState> {
      const { status } = await (await base()).inspect(home);
      return { status, splits: published.splits, bytes: published.bytes };
    },
    async verify(home: string, reading?: Reading): Promise<VerificationReport> {
      const report = await (await base()).verify(home, reading);
      if (report.status !== 'ready') return { ...report, name, published: null };
      const hash = await hashOf(home);
      const { splits, version } = published;
      return { ...report, name, version, hash, splits, published: hash === published.hash };
    },
  };
}
