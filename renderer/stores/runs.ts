import { defineStore } from 'pinia';
import { computed, ref, shallowReactive, shallowRef } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { Params, Result } from '../../core/contract/methods.ts';
import type { RunSummary } from '../../core/contract/runs.ts';
import { useBridge } from '../app/bridge.ts';
import { usePersisted } from '../app/persist.ts';
import { useText } from '../app/text.ts';
import { byText, groupRuns } from './run-groups.ts';
import { useToastStore } from './toasts.ts';

/** Every run that is not in the trash, kept current by the engine's events, and what may be done with it. */
export const useRunsStore = defineStore('runs', () => {
  const byId = shallowReactive(new Map<string, RunSummary>());
  const loaded = ref(false);
  const error = shallowRef<ConvolabError | null>(null);
  /** Unticked in the run list: not drawn. */
  const hidden = usePersisted<string[]>('hiddenRuns', []);
  /** Takes no part in comparisons. Hiding a run alone does not leave it out, so that it changes no number. */
  const leftOut = usePersisted<string[]>('leftOutRuns', []);
  /** The run last opened or pointed at: what the keyboard and the palette act on. */
  const focused = ref<string | null>(null);

  const text = useText();
  const toasts = useToastStore();

  /** Newest first; runs made in the same moment stay in the order in which the engine made them. */
  const all = computed(() => [...byId.values()].sort((a, b) => byText(b.createdAt, a.createdAt)));
  const groups = computed(() => groupRuns(all.value));
  const hiddenSet = computed(() => new Set(hidden.value));
  /** Kept on top of lists, in the order in which they were pinned. */
  const pinned = usePersisted<string[]>('pinnedRuns', []);
  const pinnedSet = computed(() => new Set(pinned.value));
  /** Changes when a run is told to train longer. */
  const epochsInAll = computed(() => all.value.reduce((sum, run) => sum + run.epochs, 0));
  /** Runs whose box is ticked. */
  const visible = computed(() => all.value.filter((run) => !hiddenSet.value.has(run.id)));
  const leftOutSet = computed(() => new Set(leftOut.value));
  /** What is compared: hidden runs too, unless they were left out. */
  const compared = computed(() => all.value.filter((run) => !leftOutSet.value.has(run.id)));
  const active = computed(() =>
    all.value.filter((run) => run.status === 'running' || run.status === 'queued'),
  );

  async function load(): Promise<void> {
    try {
      const runs = await useBridge().call('runs.list', {});
      const known = new Set(runs.map((run) => run.id));
      for (const id of byId.keys()) if (!known.has(id)) byId.delete(id);
      changed(runs);
      loaded.value = true;
      error.value = null;
    } catch (thrown) {
      error.value = ConvolabError.from(thrown);
    }
  }

  /** From the engine's `runs.changed`. */
  function changed(runs: RunSummary[]): void {
    for (const run of runs) {
      if (run.trashed) byId.delete(run.id);
      else byId.set(run.id, run);
    }
  }

  /** From the engine's `runs.removed`. */
  function removed(runs: string[]): void {
    for (const id of runs) byId.delete(id);
  }

  function setVisible(runs: readonly string[], shown: boolean): void {
    const rest = hidden.value.filter((id) => !runs.includes(id));
    hidden.value = shown ? rest : [...rest, ...runs];
    if (shown) leftOut.value = leftOut.value.filter((id) => !runs.includes(id));
  }

  function setPinned(run: string, on: boolean): void {
    const rest = pinned.value.filter((id) => id !== run);
    pinned.value = on ? [...rest, run] : rest;
  }

  /** Compares just these runs, and draws all of them. */
  function showOnly(runs: readonly string[]): void {
    const kept = new Set(runs);
    leftOut.value = [...byId.keys()].filter((id) => !kept.has(id));
    hidden.value = leftOut.value;
  }

  /** What is hidden takes no part any longer. */
  function leaveOutHidden(): void {
    leftOut.value = hidden.value;
  }

  /** Shows a failure as a note at the corner, since these are started from lists and menus. */
  async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (thrown) {
      toasts.fail(thrown);
      return undefined;
    }
  }

  async function annotate(run: string, change: Omit<Params<'runs.annotate'>, 'run'>): Promise<void> {
    const row = await attempt(useBridge().call('runs.annotate', { run, ...change }));
    if (row) changed([row]);
  }

  const pause = (run: string) => attempt(useBridge().call('runs.pause', { run }));
  /** @param backend goes on there, for good */
  const resume = (run: string, backend?: string) =>
    attempt(useBridge().call('runs.resume', backend === undefined ? { run } : { run, backend }));
  const stop = (run: string) => attempt(useBridge().call('runs.stop', { run }));
  const extend = (run: string, epochs: number) => attempt(useBridge().call('runs.extend', { run, epochs }));
  const repeat = (run: string, seeds: number[]) => attempt(useBridge().call('runs.repeat', { run, seeds }));

  async function restore(runs: string[]): Promise<void> {
    await attempt(useBridge().call('runs.restore', { runs }));
    await load();
  }

  async function trash(runs: string[]): Promise<void> {
    const done = await attempt(useBridge().call('runs.trash', { runs }));
    if (done === undefined) return;
    const name = byId.get(runs[0] ?? '')?.name ?? '';
    removed(runs);
    toasts.note(text('runs.trashed', { name }, runs.length), {
      label: text('action.undo'),
      run: () => void restore(runs),
    });
  }

  /** A file for the window to save. */
  function exportFile(request: Params<'runs.export'>): Promise<Result<'runs.export'> | undefined> {
    return attempt(useBridge().call('runs.export', request));
  }

  return {
    byId,
    loaded,
    error,
    hidden,
    pinned,
    pinnedSet,
    epochsInAll,
    leftOut,
    focused,
    all,
    groups,
    hiddenSet,
    visible,
    compared,
    active,
    load,
    changed,
    removed,
    setVisible,
    setPinned,
    showOnly,
    leaveOutHidden,
    annotate,
    pause,
    resume,
    stop,
    extend,
    repeat,
    restore,
    trash,
    exportFile,
  };
});
