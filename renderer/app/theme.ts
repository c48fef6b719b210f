import { computed, ref, watchEffect } from 'vue';
import { runColours, type Theme } from '../ui/palette.ts';
import { usePersisted } from './persist.ts';

export type ThemeChoice = 'system' | Theme;

/** What the user chose; kept in this window so that the first frame already has it. */
export const themeChoice = usePersisted<ThemeChoice>('theme', 'system');

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const systemTheme = ref<Theme>(systemDark.matches ? 'dark' : 'light');
systemDark.addEventListener('change', (event) => {
  systemTheme.value = event.matches ? 'dark' : 'light';
});

/** The theme in force: draw charts again when it changes. */
export const theme = computed<Theme>(() =>
  themeChoice.value === 'system' ? systemTheme.value : themeChoice.value,
);

watchEffect(() => {
  const root = document.documentElement;
  root.dataset.theme = theme.value;
  runColours[theme.value].forEach((colour, index) => {
    root.style.setProperty(`--run-${index}`, colour);
  });
});

/** A token's value in the theme in force, for canvases: `token('--hairline')`. Re-evaluate when `theme` changes. */
export function token(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
