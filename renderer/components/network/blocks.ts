import type { ModelDescription } from '../../../core/contract/runs.ts';

/** A layer as drawn: a stack of maps, each in its own proportions, or a bar of units. */
export interface Block {
  id: string;
  type: string;
  /** Maps and their size as LeCun 1998 writes them, 6@28×28, or the number of units. */
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Sheets of the stack; 0 for a vector. */
  sheets: number;
}

const gap = 14;
/** Of a letter of a name below a layer, and what is left between two names. */
const names = { letter: 6.2, gap: 14 };
const sheetStep = 2.5;

/** Places the input and every layer from left to right around the middle of a picture `height` tall (names not counted). */
export function networkBlocks(
  model: ModelDescription,
  height: number,
  named: boolean,
): { blocks: Block[]; width: number } {
  const largest = Math.max(...model.input.slice(1));
  const layers = [{ id: 'input', type: 'input', shape: model.input }, ...model.layers];
  const blocks: Block[] = [];
  let x = 1;
  for (const { id, type, shape } of layers) {
    const isMap = shape.length === 3;
    const count = shape[0] ?? 1;
    const side = isMap ? (shape[1] ?? 1) / largest : 0;
    // Square roots keep a 1 x 1 map and ten units visible beside 32 x 32 and 120.
    const sheets = isMap ? Math.min(8, Math.max(1, Math.round(Math.sqrt(count)))) : 0;
    const spread = isMap ? (sheets - 1) * sheetStep : 0;
    const blockHeight = isMap
      ? Math.max(6, (height - 24) * side)
      : Math.min(height - 8, 10 + 3.2 * Math.sqrt(count));
    const width = isMap ? Math.max(4, (blockHeight * (shape[2] ?? 1)) / (shape[1] ?? 1)) : 6;
    const label = isMap ? `${count}@${shape.slice(1).join('×')}` : String(count);
    const nameWidth = named ? Math.max(id.length, label.length) * names.letter + names.gap : 0;
    blocks.push({
      id,
      type,
      label,
      x,
      y: (height - blockHeight - spread) / 2,
      width,
      height: blockHeight,
      sheets,
    });
    x += Math.max(width + spread + gap, nameWidth);
  }
  return { blocks, width: x - gap + 1 };
}

/** Offset of a stack's sheet, the last one in front. */
export function sheetOffset(sheet: number): number {
  return sheet * sheetStep;
}
