import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { RunSummary } from '../../core/contract/runs.ts';
import { useBridge } from '../app/bridge.ts';
import { useRunsStore } from './runs.ts';
import { useToastStore } from './toasts.ts';

/** Runs in the trash: they come back whole, or go for good with their files. */
export const useTrashStore = defineStore('trash', () => {
  /** The last made first; null until they were read. */
  const runs = shallowRef<RunSummary[] | null>(null);
  const error = shallowRef<ConvolabError | null>(null);
  const toasts = useToastStore();

  async function load(): Promise<void> {
    try {
      runs.value = (await useBridge().call('runs.list', { trashed: true })).reverse();
      error.value = null;
    } catch (thrown) {
      error.value = ConvolabError.from(thrown);
    }
  }

  async function restore(ids: string[]): Promise<void> {
    await useRunsStore().restore(ids);
    await load();
  }

  /** There is no way back from this: ask first. */
  async function deleteForGood(ids: string[]): Promise<void> {
    try {
      await useBridge().call('runs.delete', { runs: ids });
    } catch (thrown) {
      toasts.fail(thrown);
    }
    await load();
  }

  return { runs, error, load, restore, deleteForGood };
});
