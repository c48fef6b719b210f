import type { DatasetDescriptor } from '../../contract/catalog.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import { discardDownload } from '../../data/acquire/acquire.ts';
import { incomingOf } from '../../data/acquire/incoming.ts';
import { acquisitionPlan, fetchedBytes } from '../../data/acquire/plan.ts';
import { describeTrainingSet } from '../../data/derive/open.ts';
import { datasets, describeDataset, describeDatasets, findDataset } from '../../data/index.ts';
import { forgetDatasets } from '../../data/shared.ts';
import { starterExperiment } from '../../models/starter.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { deriveWatched } from '../derive-watched.ts';

type Names =
  | 'datasets.list'
  | 'datasets.show'
  | 'datasets.samples'
  | 'datasets.survey'
  | 'datasets.preview'
  | 'datasets.describe'
  | 'datasets.starter'
  | 'datasets.plan'
  | 'datasets.tasks'
  | 'datasets.download'
  | 'datasets.pause'
  | 'datasets.cancel'
  | 'datasets.import'
  | 'datasets.verify';

/** What the window asks about data sets. Threads do what is heavy, so that nothing here takes long. */
export function datasetHandlers({
  home,
  desk,
  keeper,
  inspector,
  tasks,
}: Pick<EngineContext, 'home' | 'desk' | 'keeper' | 'inspector' | 'tasks'>): HandlersOf<Names> {
  let remembered: Promise<void> | undefined;
  const replaced = () => {
    forgetDatasets();
    desk.forget();
    inspector.forget();
  };
  return {
    'datasets.list': () => describeDatasets(home),
    'datasets.show': async (params) => {
      await deriveWatched(params, home, tasks);
      return desk.ask('datasets.show', params);
    },
    'datasets.samples': (params) => desk.ask('datasets.samples', params),
    'datasets.preview': (params) => desk.ask('datasets.preview', params),
    'datasets.survey': (params) =>
      tasks.run(
        params.name,
        'survey',
        (watched) => desk.ask('datasets.survey', params, watched),
        JSON.stringify([params.source, params.derive]),
      ),
    'datasets.describe': (reference) => describeReference(reference, home),
    'datasets.starter': async (reference) => {
      const { shape, classes, splits } = await describeReference(reference, home);
      const data = { shape, classes: classes.length, splits: Object.keys(splits) };
      return { experiment: starterExperiment(reference, data) };
    },
    'datasets.plan': async ({ name }) => {
      const { files, ...plan } = await acquisitionPlan(findDataset(name), home);
      return { ...plan, files: files.map((file) => ({ ...file, urls: [...file.urls] })) };
    },
    'datasets.tasks': async () => {
      remembered ??= rememberDownloads(home, tasks);
      await remembered;
      return tasks.work;
    },
    'datasets.download': (params) => {
      const { name } = findDataset(params.name);
      // Whoever watches learns from the task how it ends.
      tasks
        .run(name, 'download', (watched) =>
          keeper.ask('datasets.download', params, watched).finally(replaced),
        )
        .catch(() => undefined);
      return {};
    },
    'datasets.pause': async ({ name }) => {
      await tasks.abort(name, 'pause');
      return {};
    },
    'datasets.cancel': async ({ name }) => {
      await tasks.abort(name, 'cancel');
      if (datasets.has(name)) await discardDownload(name, home);
      return {};
    },
    'datasets.import': (params) =>
      tasks.run(params.name, 'import', (watched) =>
        keeper.ask('datasets.import', params, watched).finally(replaced),
      ),
    'datasets.verify': (params) =>
      tasks.run(params.name, 'verify', (watched) => keeper.ask('datasets.verify', params, watched)),
  };
}

/** What a section names, as the list would show it. Throws as `describeTrainingSet` does. */
async function describeReference(reference: DatasetReference, home: string): Promise<DatasetDescriptor> {
  const { name, source } = reference;
  const known = source === undefined ? await describeDataset(findDataset(name), home) : undefined;
  // Of what is not here, what its makers published.
  if (known && known.status !== 'ready') return known;
  const { title, shape, classes, splits } = await describeTrainingSet(reference, home);
  const counts = Object.entries(splits).map(([split, { count }]) => [split, count] as const);
  return {
    kind: shape === null ? 'images' : 'samples',
    description: '',
    licence: '',
    source: source?.path ?? '',
    homepage: '',
    citation: '',
    bytes: 0,
    ...known,
    name,
    title: known?.title ?? title,
    shape: shape === null ? null : [...shape],
    classes: [...classes],
    splits: Object.fromEntries(counts),
    status: 'ready',
  };
}

/** Downloads that an earlier engine left half done wait to be gone on with. */
async function rememberDownloads(home: string, tasks: EngineContext['tasks']): Promise<void> {
  for (const definition of datasets.values()) {
    const { resumable, bytesToFetch } = await acquisitionPlan(definition, home);
    if (!resumable) continue;
    const done = await fetchedBytes(definition, incomingOf(home, definition.name));
    tasks.remember(definition.name, 'download', done, done + bytesToFetch);
  }
}
