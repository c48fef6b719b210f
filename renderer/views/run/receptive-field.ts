import type { ModelDescription } from '../../../core/contract/runs.ts';

/** Pixels, all four ends included. */
export interface PixelRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

type Layer = ModelDescription['layers'][number];

/**
 * The pixels of the network's input that a pixel of a layer's map depends on. Windows are followed back layer by layer: rows r of the output
 * see rows r * stride - pad to r * stride - pad + size - 1 of the input. Where a layer joins several, the smallest range that holds all.
 *
 * @returns null for a layer that is not in the model
 */
export function receptiveField(
  model: ModelDescription,
  layer: string,
  row: number,
  column: number,
): PixelRange | null {
  const byId = new Map(model.layers.map((it) => [it.id, it]));
  const [, height = 1, width = 1] = model.input;
  const whole: PixelRange = { top: 0, left: 0, bottom: height - 1, right: width - 1 };
  const shapeOf = (id: string) => (id === 'input' ? model.input : (byId.get(id)?.shape ?? []));

  function back(id: string, range: PixelRange): PixelRange {
    if (id === 'input') return clip(range, whole);
    const it = byId.get(id);
    if (!it) return whole;
    return it.from
      .map((from) => back(from, through(it, shapeOf(from), range) ?? all(shapeOf(from))))
      .reduce(around);
  }
  if (layer !== 'input' && !byId.has(layer)) return null;
  return back(layer, { top: row, left: column, bottom: row, right: column });
}

/** What a layer sees of the maps before it; null: all of them. */
function through(layer: Layer, before: readonly number[], range: PixelRange): PixelRange | null {
  if (layer.window) {
    const { size, stride, pad } = layer.window;
    return {
      top: range.top * stride - pad,
      left: range.left * stride - pad,
      bottom: range.bottom * stride - pad + size[0] - 1,
      right: range.right * stride - pad + size[1] - 1,
    };
  }
  const samePixels = layer.shape.length === 3 && before[1] === layer.shape[1] && before[2] === layer.shape[2];
  return samePixels ? range : null;
}

function all(shape: readonly number[]): PixelRange {
  return { top: 0, left: 0, bottom: (shape[1] ?? 1) - 1, right: (shape[2] ?? 1) - 1 };
}

function clip(range: PixelRange, to: PixelRange): PixelRange {
  return {
    top: Math.max(range.top, to.top),
    left: Math.max(range.left, to.left),
    bottom: Math.min(range.bottom, to.bottom),
    right: Math.min(range.right, to.right),
  };
}

function around(a: PixelRange, b: PixelRange): PixelRange {
  return {
    top: Math.min(a.top, b.top),
    left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}
