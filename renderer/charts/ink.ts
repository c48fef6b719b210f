import { computed } from 'vue';
import { theme, token } from '../app/theme.ts';
import type { ChartInk } from './option.ts';

/** The tokens that a canvas needs, read anew whenever the theme changes. */
export const chartInk = computed<ChartInk>(() => {
  // The tokens hang on the document; the theme tells when to read them again.
  void theme.value;
  return {
    text: token('--text-3'),
    strong: token('--text'),
    hairline: token('--hairline'),
    faint: token('--surface-2'),
    axis: token('--hairline-strong'),
    surface: token('--surface-1'),
    font: token('--font-sans'),
  };
});
