import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { DatasetTask, DatasetWork } from '../../core/contract/datasets.ts';
import type { Params } from '../../core/contract/methods.ts';
import type { DatasetReference } from '../../core/contract/specs.ts';
import { useBridge } from '../app/bridge.ts';
import type { ChosenFile } from '../app/choose-files.ts';
import { useCatalogStore } from './catalog.ts';
import { withEnginePaths } from './engine-paths.ts';

/** What data sets hold, and the long work on them. What asks the engine rejects with a `ConvolabError`. */
export const useDatasetsStore = defineStore('datasets', () => {
  const tasks = shallowRef<readonly DatasetTask[]>([]);
  /** Another whenever something was put in place or taken away, so that a page reads its data set anew. */
  const revision = ref(0);

  const byName = computed(() => new Map(tasks.value.map((task) => [task.name, task])));

  async function load(): Promise<void> {
    const work = await useBridge().call('datasets.tasks', {});
    tasks.value = work.tasks;
    revision.value = work.revision;
  }

  /** The engine's word on the work under way. Short work may have come and gone between two words of it. */
  function changed(work: DatasetWork): void {
    tasks.value = work.tasks;
    if (work.revision === revision.value) return;
    revision.value = work.revision;
    void useCatalogStore().load();
  }

  /** Takes a data set's files in, wherever this window runs. */
  async function importFiles(name: string, files: readonly ChosenFile[]): Promise<void> {
    if (files.length === 0) return;
    await withEnginePaths(files, (paths) => useBridge().call('datasets.import', { name, paths }));
  }

  return {
    tasks,
    revision,
    byName,
    load,
    changed,
    show: (which: DatasetReference) => useBridge().call('datasets.show', which),
    samples: (request: Params<'datasets.samples'>) => useBridge().call('datasets.samples', request),
    survey: (which: DatasetReference) => useBridge().call('datasets.survey', which),
    preview: (request: Params<'datasets.preview'>) => useBridge().call('datasets.preview', request),
    plan: (name: string) => useBridge().call('datasets.plan', { name }),
    download: (name: string) => useBridge().call('datasets.download', { name }),
    pause: (name: string) => useBridge().call('datasets.pause', { name }),
    verify: (which: DatasetReference) => useBridge().call('datasets.verify', which),
    derived: () => useBridge().call('datasets.derived', {}),
    removeDerived: (keys: string[]) => useBridge().call('datasets.removeDerived', { keys }),
    importFiles,
    cancel: (name: string) => useBridge().call('datasets.cancel', { name }),
  };
});
