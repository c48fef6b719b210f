import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { usePersisted } from '../app/persist.ts';

/** One page kept open. `path` names the page, `fullPath` also holds how it was left (its query). */
export interface WorkTab {
  path: string;
  fullPath: string;
  /** Route name, which gives the icon and the title. */
  route: string;
  /** The run it shows, if any. */
  run?: string | undefined;
}

/** The tabs of the work area; they survive a reload. */
export const useWorkspaceStore = defineStore('workspace', () => {
  const tabs = usePersisted<WorkTab[]>('tabs', []);
  const current = ref('');
  const currentIndex = computed(() => tabs.value.findIndex((tab) => tab.path === current.value));

  /** Opens the tab of a page, or brings the one that is open up to date. */
  function visit(tab: WorkTab): void {
    current.value = tab.path;
    const index = tabs.value.findIndex((other) => other.path === tab.path);
    if (index >= 0) tabs.value[index] = tab;
    else tabs.value.push(tab);
  }

  /** Closes a tab; answers the page to go to when it was the current one. */
  function close(path: string): string | undefined {
    const index = tabs.value.findIndex((tab) => tab.path === path);
    if (index < 0) return undefined;
    tabs.value.splice(index, 1);
    if (path !== current.value) return undefined;
    return (tabs.value[index] ?? tabs.value[index - 1])?.fullPath ?? '/experiments';
  }

  /** The page `by` tabs to the right of the current one, around the end. */
  function neighbour(by: number): string | undefined {
    const count = tabs.value.length;
    return tabs.value[(currentIndex.value + by + count) % count]?.fullPath;
  }

  /** Puts a tab at another place; beyond either end, it stays. */
  function move(path: string, to: number): void {
    const from = tabs.value.findIndex((tab) => tab.path === path);
    if (from < 0 || from === to || to < 0 || to >= tabs.value.length) return;
    const moved = [...tabs.value];
    moved.splice(to, 0, ...moved.splice(from, 1));
    tabs.value = moved;
  }

  return { tabs, current, currentIndex, visit, close, neighbour, move };
});
