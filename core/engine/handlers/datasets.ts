import { describeDatasets } from '../../data/index.ts';
import type { EngineContext, HandlersOf } from '../context.ts';

type Names =
  | 'datasets.list'
  | 'datasets.show'
  | 'datasets.samples'
  | 'datasets.survey'
  | 'datasets.preview'
  | 'datasets.tasks'
  | 'datasets.cancel';

/** What the window asks about data sets. Pixels are read by the desk's thread, so that nothing here takes long. */
export function datasetHandlers({
  home,
  desk,
  tasks,
}: Pick<EngineContext, 'home' | 'desk' | 'tasks'>): HandlersOf<Names> {
  return {
    'datasets.list': () => describeDatasets(home),
    'datasets.show': (params) => desk.ask('datasets.show', params),
    'datasets.samples': (params) => desk.ask('datasets.samples', params),
    'datasets.preview': (params) => desk.ask('datasets.preview', params),
    'datasets.survey': (params) =>
      tasks.run(params.name, 'survey', ({ signal, onProgress }) =>
        desk.ask('datasets.survey', params, {
          signal,
          onProgress: (progress) => onProgress({ phase: 'reading', ...progress }),
        }),
      ),
    'datasets.tasks': () => tasks.list(),
    'datasets.cancel': async ({ name }) => {
      await tasks.abort(name, 'cancel');
      return {};
    },
  };
}
