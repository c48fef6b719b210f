/**
 * Colour maps of the pictures. Signed numbers (weights) go from blue through white to red around 0; everything else
 * takes a sequential map whose lightness only rises, so that it keeps its order when printed in grey.
 */
export type ColourMapName = 'diverging' | 'sequential';

type Rgb = readonly [number, number, number];

const stops: Record<ColourMapName, readonly Rgb[]> = {
  diverging: [
    [16, 52, 130],
    [60, 116, 196],
    [158, 196, 232],
    [255, 255, 255],
    [246, 178, 150],
    [213, 80, 66],
    [132, 14, 38],
  ],
  sequential: [
    [10, 12, 30],
    [28, 48, 104],
    [32, 102, 132],
    [72, 156, 132],
    [168, 204, 124],
    [253, 247, 214],
  ],
};

const entries = 256;
const tables = new Map<ColourMapName, Uint8ClampedArray>();

/** 256 colours, three bytes each. */
export function colourTable(name: ColourMapName): Uint8ClampedArray {
  const known = tables.get(name);
  if (known) return known;
  const table = new Uint8ClampedArray(entries * 3);
  const list = stops[name];
  for (let i = 0; i < entries; i++) {
    const place = (i / (entries - 1)) * (list.length - 1);
    const at = Math.min(Math.floor(place), list.length - 2);
    const [from, to] = [list[at] as Rgb, list[at + 1] as Rgb];
    for (let c = 0; c < 3; c++) {
      const [a, b] = [from[c] as number, to[c] as number];
      table[3 * i + c] = a + (b - a) * (place - at);
    }
  }
  tables.set(name, table);
  return table;
}

/** The numbers that the two ends of a map stand for. */
export interface ColourRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** A diverging map needs the same number on both sides, so that 0 is white. */
export function centred(range: ColourRange): ColourRange {
  const reach = Math.max(Math.abs(range.minimum), Math.abs(range.maximum));
  return { minimum: -reach, maximum: reach };
}

/** Smallest and largest finite value; 0 and 0 where there is none. */
export function rangeOf(values: ArrayLike<number>): ColourRange {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return minimum <= maximum ? { minimum, maximum } : { minimum: 0, maximum: 0 };
}

/** Entry of the table for a value. A constant picture takes the middle, which in a diverging map is white. */
export function colourIndex(value: number, range: ColourRange): number {
  const span = range.maximum - range.minimum;
  if (!(span > 0)) return entries >> 1;
  const share = (value - range.minimum) / span;
  return Math.round(Math.min(1, Math.max(0, share)) * (entries - 1));
}

/** A value that is not a number is drawn in a colour that no map has. */
const notANumber: Rgb = [255, 0, 255];

/** RGBA bytes of a picture of [height, width] values, opaque. */
export function paint(
  values: ArrayLike<number>,
  name: ColourMapName,
  range: ColourRange,
): Uint8ClampedArray<ArrayBuffer> {
  const table = colourTable(name);
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const at = 3 * colourIndex(value, range);
    const missing = Number.isNaN(value);
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = (missing ? notANumber[c] : table[at + c]) as number;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** RGBA bytes of [3, height, width] signed values as red, green and blue: 0 is the middle grey, the range's ends the full colours. */
export function paintColours(
  values: ArrayLike<number>,
  { minimum, maximum }: ColourRange,
): Uint8ClampedArray<ArrayBuffer> {
  const size = values.length / 3;
  const pixels = new Uint8ClampedArray(size * 4);
  const scale = maximum > minimum ? 255 / (maximum - minimum) : 0;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const value = values[c * size + i] as number;
      pixels[4 * i + c] = scale === 0 ? 128 : Math.round((value - minimum) * scale);
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** CSS gradient from the lower to the upper end, for the scale beside a picture. */
export function cssGradient(name: ColourMapName): string {
  const colours = stops[name].map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  return `linear-gradient(to right, ${colours.join(', ')})`;
}
