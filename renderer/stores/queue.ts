import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { QueueEntry } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';
import { useToastStore } from './toasts.ts';

/** What runs and what waits, in order. */
export const useQueueStore = defineStore('queue', () => {
  const entries = shallowRef<QueueEntry[] | null>(null);
  const error = shallowRef<ConvolabError | null>(null);
  const toasts = useToastStore();

  /** From the engine's `queue.changed`. */
  function changed(now: QueueEntry[]): void {
    entries.value = [...now].sort((a, b) => a.position - b.position);
  }

  async function load(): Promise<void> {
    try {
      changed(await useBridge().call('queue.list', {}));
      error.value = null;
    } catch (thrown) {
      error.value = ConvolabError.from(thrown);
    }
  }

  async function move(run: string, position: number): Promise<void> {
    try {
      await useBridge().call('queue.move', { run, position });
    } catch (thrown) {
      toasts.fail(thrown);
    }
    await load();
  }

  return { entries, error, changed, load, move };
});
