export type Theme = 'light' | 'dark';

/**
 * Ten run colours for each theme. Neighbours in the order stay apart for readers with red, green or blue deficiency,
 * and each has 3:1 contrast on the theme's surfaces (both held by a test). The same index is the same hue in both.
 */
export const runColours: Readonly<Record<Theme, readonly string[]>> = {
  light: [
    '#0067b8',
    '#c24e00',
    '#00806a',
    '#a6489c',
    '#8a6c00',
    '#2488b8',
    '#8c1d40',
    '#5a6b00',
    '#5b3db8',
    '#6b6f76',
  ],
  dark: [
    '#4fa3ff',
    '#ff8a3d',
    '#2fbf9f',
    '#e07fd4',
    '#d9b233',
    '#7cc9f2',
    '#e0587f',
    '#a5bb45',
    '#a08bff',
    '#a9b0ba',
  ],
};

/** How a run is drawn: its colour, dashed from the second cycle of ten on. */
export function runStyle(colour: number, theme: Theme): { colour: string; dashed: boolean } {
  const palette = runColours[theme];
  return { colour: palette[colour % palette.length] as string, dashed: colour >= palette.length };
}
