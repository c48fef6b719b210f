import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { useBridge } from '../app/bridge.ts';
import { usePersisted } from '../app/persist.ts';
import { type ThemeChoice, themeChoice } from '../app/theme.ts';

const themes: readonly unknown[] = ['system', 'light', 'dark'];

/** Settings that belong to the user live in the engine's home; those of one window's layout in that window. */
export const useSettingsStore = defineStore('settings', () => {
  const values = shallowRef<Record<string, unknown>>({});
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

  return { values, singleKeys, runListOpen, runListWidth, load, set, setTheme };
});
