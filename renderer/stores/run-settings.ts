import { defineStore } from 'pinia';
import { computed, shallowReactive, shallowRef, watch } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';
import { type KnownKeys, numberPaths, type Settings } from '../../core/contract/filter/keys.ts';
import { unpackSettings } from '../../core/contract/settings.ts';
import { useBridge } from '../app/bridge.ts';
import { useRunsStore } from './runs.ts';

/**
 * Configurations of all runs by dotted path, for filters, groups and columns. Read once somebody wants them, and from then on for
 * each run that is new, or that was told to train longer.
 */
export const useRunSettingsStore = defineStore('runSettings', () => {
  const runs = useRunsStore();
  const byRun = shallowReactive(new Map<string, Settings>());
  /** True once those of every run have been read. */
  const loaded = shallowRef(false);
  const error = shallowRef<ConvolabError | null>(null);
  /** Epochs that a run was to train when its configuration was read; more means another configuration. */
  const readAt = new Map<string, number>();
  let wanted = false;
  let reading: Promise<void> | null = null;

  /** Until its configuration is here, what the run list knows of it. */
  function of(run: string): Settings {
    return byRun.get(run) ?? runs.byId.get(run)?.choices ?? {};
  }

  const known = computed<KnownKeys>(() => ({
    metrics: metrics.value,
    paths: paths.value,
    numbers: numberPaths(byRun.values()),
  }));
  /** The same object as long as nothing is new: rows change ten times a second, names hardly ever. */
  const metrics = computed<ReadonlySet<string>>((before) => {
    const now = new Set<string>();
    for (const { last } of runs.all) for (const name in last) now.add(name);
    return before?.size === now.size && [...now].every((name) => before.has(name)) ? before : now;
  });
  const paths = computed<ReadonlySet<string>>(() => {
    const all = new Set<string>();
    for (const settings of byRun.values()) for (const path in settings) all.add(path);
    return all;
  });
  /** Paths under which some run has a number. */
  const numericPaths = computed<ReadonlySet<string>>(() => {
    const all = new Set<string>();
    for (const settings of byRun.values()) {
      for (const path in settings) if (typeof settings[path] === 'number') all.add(path);
    }
    return all;
  });

  async function read(): Promise<void> {
    for (;;) {
      const missing = runs.all.filter(({ id, epochs }) => readAt.get(id) !== epochs);
      if (missing.length === 0) break;
      const ids = missing.map(({ id }) => id);
      const table = await useBridge().call('runs.settings', { runs: ids });
      for (const [run, settings] of unpackSettings(table)) byRun.set(run, settings);
      for (const { id, epochs } of missing) readAt.set(id, epochs);
    }
    for (const id of byRun.keys()) if (!runs.byId.has(id)) forget(id);
    loaded.value = runs.loaded;
  }

  function forget(run: string): void {
    byRun.delete(run);
    readAt.delete(run);
  }

  /** Reads what is missing; safe to call at any time. */
  async function load(): Promise<void> {
    wanted = true;
    reading ??= read().finally(() => {
      reading = null;
    });
    try {
      await reading;
      error.value = null;
    } catch (thrown) {
      error.value = ConvolabError.from(thrown);
    }
  }

  watch(
    () => [runs.loaded, runs.byId.size, runs.epochsInAll],
    () => {
      if (wanted) void load();
    },
  );

  return { byRun, loaded, error, known, numericPaths, of, load };
});
