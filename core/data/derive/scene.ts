import type { RandomSequence } from '../../train/random.ts';
import type { ObjectBox } from '../dataset.ts';
import { type Extent, Resampler } from './resample.ts';

/** A sample as it is put into a scene: grey, [height][width] bytes. */
export interface Stamp extends Extent {
  readonly label: number;
  readonly pixels: Uint8Array;
}

export interface SceneOptions extends Extent {
  readonly fewest: number;
  readonly most: number;
  /** Side of an object, as a share of its own size. */
  readonly smallest: number;
  readonly largest: number;
  /** Fragments of other samples strewn over the canvas. */
  readonly clutter: number;
}

/** A canvas with what is on it. */
export interface Scene {
  /** [height][width] */
  readonly pixels: Uint8Array;
  readonly objects: readonly ObjectBox[];
}

/** Pixels as bright as this belong to an object; the rest of its field is background. */
const ink = 32;
/** Places that are tried for an object before it is left out. */
const attempts = 40;
/** Side of a fragment of clutter. */
const fragmentSide = 8;

/**
 * Composes a scene: fragments of samples as clutter, then whole samples at random sizes and places, none of whose boxes
 * overlap. Boxes close tightly around the ink.
 * @param draw a sample, drawn anew at every call
 */
export async function composeScene(
  options: SceneOptions,
  random: RandomSequence,
  draw: () => Promise<Stamp>,
): Promise<Scene> {
  const { height, width, fewest, most, clutter } = options;
  const pixels = new Uint8Array(height * width);
  for (let i = 0; i < clutter; i++) strew(pixels, options, await draw(), random);
  const objects: ObjectBox[] = [];
  const wanted = fewest + random.below(most - fewest + 1);
  for (let i = 0; i < wanted; i++) {
    const stamp = scaled(await draw(), options, random);
    const box = tightBox(stamp);
    if (box === null) continue;
    const place = findPlace(box, options, objects, random);
    if (place === null) continue;
    paste(pixels, width, stamp, place.top - box.top, place.left - box.left, box);
    const { top, left } = place;
    const [right, bottom] = [left + box.right - box.left, top + box.bottom - box.top];
    objects.push({ label: stamp.label, left, top, right, bottom, difficult: false });
  }
  return { pixels, objects };
}

/** A corner of a sample, half as bright as objects are. */
function strew(canvas: Uint8Array, { height, width }: Extent, stamp: Stamp, random: RandomSequence): void {
  const side = Math.min(fragmentSide, stamp.height, stamp.width, height, width);
  const from = { top: random.below(stamp.height - side + 1), left: random.below(stamp.width - side + 1) };
  const to = { top: random.below(height - side + 1), left: random.below(width - side + 1) };
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = (stamp.pixels[(from.top + row) * stamp.width + from.left + column] as number) >> 1;
      const place = (to.top + row) * width + to.left + column;
      canvas[place] = Math.max(canvas[place] as number, value);
    }
  }
}

function scaled(stamp: Stamp, options: SceneOptions, random: RandomSequence): Stamp {
  const { smallest, largest } = options;
  const scale = smallest + (largest - smallest) * random.uniform();
  const size = (side: number, most: number) => Math.max(1, Math.min(Math.round(scale * side), most));
  const to = { height: size(stamp.height, options.height), width: size(stamp.width, options.width) };
  const pixels = new Uint8Array(to.height * to.width);
  new Resampler(stamp, to, scale < 1 ? 'area' : 'bilinear').plane(stamp.pixels, 0, 1, pixels, 0);
  return { ...to, pixels, label: stamp.label };
}

type Box = Pick<ObjectBox, 'left' | 'top' | 'right' | 'bottom'>;

/** The smallest box with all the ink inside; `null` where there is none. */
function tightBox({ pixels, height, width }: Stamp): Box | null {
  const box = { left: width, top: height, right: -1, bottom: -1 };
  pixels.forEach((value, place) => {
    if (value < ink) return;
    const [row, column] = [Math.floor(place / width), place % width];
    box.left = Math.min(box.left, column);
    box.right = Math.max(box.right, column);
    box.top = Math.min(box.top, row);
    box.bottom = Math.max(box.bottom, row);
  });
  return box.right < 0 ? null : box;
}

/** A place for the box on the canvas where it meets no other; `null` where none was found. */
function findPlace(
  { left, top, right, bottom }: Box,
  { height, width }: Extent,
  others: readonly Box[],
  random: RandomSequence,
): { top: number; left: number } | null {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const x = random.below(width - (right - left));
    const y = random.below(height - (bottom - top));
    const meets = others.some(
      (other) =>
        x <= other.right &&
        other.left <= x + right - left &&
        y <= other.bottom &&
        other.top <= y + bottom - top,
    );
    if (!meets) return { top: y, left: x };
  }
  return null;
}

/** Whatever of the stamp lies in its box; the brighter of the two stays. */
function paste(canvas: Uint8Array, width: number, stamp: Stamp, top: number, left: number, box: Box): void {
  for (let row = box.top; row <= box.bottom; row++) {
    for (let column = box.left; column <= box.right; column++) {
      const place = (top + row) * width + left + column;
      const value = stamp.pixels[row * stamp.width + column] as number;
      canvas[place] = Math.max(canvas[place] as number, value);
    }
  }
}
