import { type ColourMapName, type ColourRange, paint, paintColours } from './colormaps.ts';

/**
 * One picture of a sheet: [height, width] values; [3, height, width] to be shown as red, green and blue; null where there
 * is none (an absent connection).
 */
export type Tile = ArrayLike<number> | null;

/** Pictures of one size in rows and columns, drawn as one canvas of one pixel per value and scaled up unsmoothed. */
export interface Sheet {
  readonly tiles: readonly (readonly Tile[])[];
  readonly width: number;
  readonly height: number;
}

/** The value under the pointer, and where it is. */
export interface SheetPlace {
  readonly tileRow: number;
  readonly tileColumn: number;
  readonly row: number;
  readonly column: number;
  readonly value: number;
  /** Red, green and blue, of a picture in colour. */
  readonly colour?: readonly number[];
}

/** Values between two pictures. */
const gap = 1;

/** Size of the sheet in values, gaps included. */
export function sheetSize({ tiles, width, height }: Sheet): { width: number; height: number } {
  const columns = Math.max(1, ...tiles.map((row) => row.length));
  return { width: columns * (width + gap) - gap, height: Math.max(1, tiles.length) * (height + gap) - gap };
}

/** Draws the sheet into a canvas of `sheetSize` pixels; gaps and absent pictures stay transparent. */
export function drawSheet(
  context: CanvasRenderingContext2D,
  sheet: Sheet,
  map: ColourMapName,
  rangeOfTile: (row: number, column: number) => ColourRange,
): void {
  const { width, height } = sheetSize(sheet);
  context.clearRect(0, 0, width, height);
  sheet.tiles.forEach((row, r) => {
    row.forEach((tile, c) => {
      if (!tile) return;
      const range = rangeOfTile(r, c);
      const coloured = tile.length === 3 * sheet.width * sheet.height;
      const pixels = coloured ? paintColours(tile, range) : paint(tile, map, range);
      const image = new ImageData(pixels, sheet.width, sheet.height);
      context.putImageData(image, c * (sheet.width + gap), r * (sheet.height + gap));
    });
  });
}

/** What lies at a place of the sheet, in values from its top left corner; null in a gap or where there is no picture. */
export function placeAt(sheet: Sheet, x: number, y: number): SheetPlace | null {
  const [tileColumn, column] = [Math.floor(x / (sheet.width + gap)), Math.floor(x % (sheet.width + gap))];
  const [tileRow, row] = [Math.floor(y / (sheet.height + gap)), Math.floor(y % (sheet.height + gap))];
  const tile = sheet.tiles[tileRow]?.[tileColumn];
  if (!tile || column >= sheet.width || row >= sheet.height || x < 0 || y < 0) return null;
  const plane = sheet.width * sheet.height;
  const at = row * sheet.width + column;
  const found = { tileRow, tileColumn, row, column, value: tile[at] as number };
  if (tile.length !== 3 * plane) return found;
  return { ...found, colour: [0, 1, 2].map((c) => tile[c * plane + at] as number) };
}

/** Arranges pictures into rows of at most `columns`. */
export function inRows(tiles: readonly Tile[], columns: number): Tile[][] {
  const rows: Tile[][] = [];
  for (let i = 0; i < tiles.length; i += columns) rows.push(tiles.slice(i, i + columns));
  return rows;
}
