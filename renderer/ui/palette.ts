export type Theme = 'light' | 'dark';

/**
 * Ten run colours for each theme, the same index the same hue in both. Found by simulated annealing over the smallest
 * OKLab distance of any pair, as seen with full colour vision and with protanopia, deuteranopia and tritanopia (Machado
 * et al. 2009), with 3:1 contrast on the theme's surfaces. A test holds both.
 */
export const runColours: Readonly<Record<Theme, readonly string[]>> = {
  light: [
    '#1668c7',
    '#c2500a',
    '#106345',
    '#88547e',
    '#6f4c06',
    '#2e8f9f',
    '#6a201c',
    '#5d7f48',
    '#60478b',
    '#383e43',
  ],
  dark: [
    '#5aa0f5',
    '#f08a3c',
    '#72d4a5',
    '#a46fb0',
    '#f3c644',
    '#87f9ff',
    '#cc5f60',
    '#d2f2aa',
    '#c4bbfb',
    '#9ca0a8',
  ],
};

/** Ways to draw a run with a solid line: one of each colour. */
export const solidStyles = runColours.light.length;
/** Ways to draw a run that can be told apart: every colour solid, then dashed. */
export const runStyles = 2 * solidStyles;

/** How a run is drawn: its colour, dashed from the second cycle of ten on. */
export function runStyle(colour: number, theme: Theme): { colour: string; dashed: boolean } {
  const palette = runColours[theme];
  return { colour: palette[colour % palette.length] as string, dashed: colour >= palette.length };
}
