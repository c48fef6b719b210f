import { drawView } from '../../data/augment/index.ts';
import type { Geometry, View } from '../../data/augment/view.ts';
import type { Augmentation } from '../backend.ts';

/**
 * Where the numbers of a sample's view lie in its record, in words of 32 bits. Word 0 is the sample's place on the device,
 * words 1 to 6 lead from a pixel of the model's input to the place in the stored image that it shows:
 * x = a column + b row + right, y = c column + d row + down.
 */
export interface ViewLayout {
  readonly words: number;
  /** Squares left blank: top, left, bottom and right of each. */
  readonly holes: { readonly at: number; readonly count: number };
  /** A matrix [channels][channels] and an offset [channels]. */
  readonly colour: number | null;
  /** Displacements along x, [rows][columns], then those along y. */
  readonly field: {
    readonly at: number;
    readonly spacing: number;
    readonly rows: number;
    readonly columns: number;
  } | null;
}

const affineAt = 1;
const holesAt = affineAt + 6;

/** Draws the views of an augmentation and packs them for a shader; all have the same layout. */
export class ViewPacker {
  readonly layout: ViewLayout;
  readonly #augmentation: Augmentation;
  readonly #geometry: Geometry;

  constructor(augmentation: Augmentation, geometry: Geometry) {
    this.#augmentation = augmentation;
    this.#geometry = geometry;
    this.layout = layoutOf(this.#draw(0, 0), geometry.channels);
  }

  #draw(epoch: number, sample: number): View {
    const { steps, seed } = this.#augmentation;
    return drawView(steps, { seed, epoch }, sample, this.#geometry);
  }

  /** @param places of the samples on the device, one for each index */
  pack(indices: Uint32Array, places: Uint32Array, epoch: number): Uint32Array {
    const { words } = this.layout;
    const packed = new Uint32Array(indices.length * words);
    const numbers = new Float32Array(packed.buffer);
    indices.forEach((sample, i) => {
      packed[i * words] = places[i] ?? 0;
      this.#write(this.#draw(epoch, sample), numbers.subarray(i * words, (i + 1) * words));
    });
    return packed;
  }

  #write({ affine, field, colour, holes }: View, record: Float32Array): void {
    const { layout } = this;
    const { height, width, top, left } = this.#geometry;
    const [a, b, right, c, d, down] = affine;
    const middleX = (width - 1) / 2;
    const middleY = (height - 1) / 2;
    const x = right + middleX - a * (left + middleX) - b * (top + middleY);
    const y = down + middleY - c * (left + middleX) - d * (top + middleY);
    record.set([a, b, x, c, d, y], affineAt);
    for (const [i, hole] of holes.entries()) {
      record.set([hole.top, hole.left, hole.bottom, hole.right], holesAt + 4 * i);
    }
    if (colour && layout.colour !== null) {
      record.set(colour.matrix, layout.colour);
      record.set(colour.offset, layout.colour + colour.matrix.length);
    }
    if (field && layout.field) {
      record.set(field.x, layout.field.at);
      record.set(field.y, layout.field.at + field.x.length);
    }
  }
}

function layoutOf({ holes, colour, field }: View, channels: number): ViewLayout {
  const colourAt = holesAt + 4 * holes.length;
  const fieldAt = colourAt + (colour ? channels * (channels + 1) : 0);
  return {
    words: fieldAt + (field ? 2 * field.rows * field.columns : 0),
    holes: { at: holesAt, count: holes.length },
    colour: colour && colourAt,
    field: field && { at: fieldAt, spacing: field.spacing, rows: field.rows, columns: field.columns },
  };
}
