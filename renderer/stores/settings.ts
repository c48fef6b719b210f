import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { MoveReport } from '../../core/contract/home.ts';
import { useBridge } from '../app/bridge.ts';
import { usePersisted } from '../app/persist.ts';
import { type ThemeChoice, themeChoice } from '../app/theme.ts';

const themes: readonly unknown[] = ['system', 'light', 'dark'];

/** Settings that belong to the user live in the engine's home; those of one window's layout in that window. */
export const useSettingsStore = defineStore('settings', () => {
  const values = shallowRef<Record<string, unknown>>({});
  /** How far a move of the data folder is; null while there is none. */
  const moving = shallowRef<MoveReport | null>(null);
  const singleKeys = usePersisted('singleKeys', true);
  const runListOpen = usePersisted('runListOpen', true);
  const runListWidth = usePersisted('runListWidth', 336);

  async function load(): Promise<void> {
    values.value = await useBridge().call('settings.get', {});
    if (themes.includes(values.value.theme)) themeChoice.value = values.value.theme as ThemeChoice;
  }

  async function set(changes: Record<string, unknown>): Promise<void> {
    values.value = { ...values.value, ...changes };
    await useBridge().call('settings.set', { values: changes });
  }

  function setTheme(choice: ThemeChoice): Promise<void> {
    themeChoice.value = choice;
    return set({ theme: choice });
  }

  /** Moves the data folder; resolves with where it is now. */
  async function moveHome(folder: string): Promise<string> {
    return (await useBridge().call('home.move', { folder })).home;
  }

  return {
    moving,
    moveHome,
    planMove: (folder: string) => useBridge().call('home.plan', { folder }),
    cancelMove: () => useBridge().call('home.cancelMove', {}),
    values,
    singleKeys,
    runListOpen,
    runListWidth,
    load,
    set,
    setTheme,
  };
});
