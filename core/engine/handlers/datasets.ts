import { discardDownload } from '../../data/acquire/acquire.ts';
import { incomingOf } from '../../data/acquire/incoming.ts';
import { acquisitionPlan, fetchedBytes } from '../../data/acquire/plan.ts';
import { datasets, describeDatasets, findDataset } from '../../data/index.ts';
import { forgetDatasets } from '../../data/shared.ts';
import type { EngineContext, HandlersOf } from '../context.ts';

type Names =
  | 'datasets.list'
  | 'datasets.show'
  | 'datasets.samples'
  | 'datasets.survey'
  | 'datasets.preview'
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
  tasks,
}: Pick<EngineContext, 'home' | 'desk' | 'keeper' | 'tasks'>): HandlersOf<Names> {
  let remembered: Promise<void> | undefined;
  const replaced = () => {
    forgetDatasets();
    desk.forget();
  };
  return {
    'datasets.list': () => describeDatasets(home),
    'datasets.show': (params) => desk.ask('datasets.show', params),
    'datasets.samples': (params) => desk.ask('datasets.samples', params),
    'datasets.preview': (params) => desk.ask('datasets.preview', params),
    'datasets.survey': (params) =>
      tasks.run(params.name, 'survey', (watched) => desk.ask('datasets.survey', params, watched)),
    'datasets.plan': async ({ name }) => {
      const { files, ...plan } = await acquisitionPlan(findDataset(name), home);
      return { ...plan, files: files.map((file) => ({ ...file, urls: [...file.urls] })) };
    },
    'datasets.tasks': async () => {
      remembered ??= rememberDownloads(home, tasks);
      await remembered;
      return tasks.list();
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
      await discardDownload(findDataset(name).name, home);
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

/** Downloads that an earlier engine left half done wait to be gone on with. */
async function rememberDownloads(home: string, tasks: EngineContext['tasks']): Promise<void> {
  for (const definition of datasets.values()) {
    const { resumable, bytesToFetch } = await acquisitionPlan(definition, home);
    if (!resumable) continue;
    const done = await fetchedBytes(definition, incomingOf(home, definition.name));
    tasks.remember(definition.name, 'download', done, done + bytesToFetch);
  }
}
