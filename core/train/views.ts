import type { Transform } from '../backends/backend.ts';
import type { ViewKind } from '../contract/judgement.ts';
import type { Shape } from '../kernels/kernel.ts';

/** What views are made of: images as stored and as the network takes them, and how training moved them. */
export interface Viewed {
  /** [channels, height, width] as stored. */
  readonly image: Shape;
  /** [channels, height, width] as the network takes them. */
  readonly input: Shape;
  readonly transform: Transform;
  /** `dataset.augment` */
  readonly augment: readonly { readonly type: string; readonly [option: string]: unknown }[];
}

/** Pixels that images are moved by where nothing in training says how far: an eighth of a side of 32. */
const usualMargin = 4;

/** The transforms under which every image is looked at; the first is the plain one. */
export function viewsOf(kind: ViewKind, { image, input, transform, augment }: Viewed): Transform[] {
  const [, height = 0, width = 0] = image;
  const [, newHeight = 0, newWidth = 0] = input;
  const margin = marginOf(augment);
  const rows = corners(height, newHeight, margin);
  const columns = corners(width, newWidth, margin);
  const moved = rows.flatMap((padTop) => columns.map((padLeft) => ({ ...transform, padTop, padLeft })));
  const places = kind === 'crops' || kind === 'ten' ? [transform, ...moved] : [transform];
  const mirrored = places.map((place) => ({ ...place, mirror: true }));
  return kind === 'flips' || kind === 'ten' ? [...places, ...mirrored] : places;
}

/** Background that a random crop has around the image, or how far a shift goes. */
function marginOf(augment: Viewed['augment']): number {
  const crop = augment.find(({ type }) => type === 'crop');
  const shift = augment.find(({ type }) => type === 'shift');
  const margin = crop?.padding ?? (shift && Math.round(Number(shift.x)));
  return typeof margin === 'number' ? margin : usualMargin;
}

/** First and last place of a window of a side in an image with so much around it, as the image's offset in the window. */
function corners(side: number, window: number, margin: number): [number, number] {
  const room = Math.max(0, side + 2 * margin - window);
  return [margin, margin - room];
}
