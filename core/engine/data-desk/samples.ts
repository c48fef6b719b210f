import type { ParsedParams, Result } from '../../contract/methods.ts';
import type { ObjectBox } from '../../data/dataset.ts';
import { fitBoxes } from '../../data/derive/boxes.ts';
import { Resampler } from '../../data/derive/resample.ts';
import { tensorPayload } from '../payload.ts';
import { findSplit, type Gallery, type GallerySplit, sizeOf } from './gallery.ts';

/** Pixels of a thumbnail of images that have no size of their own, where none is asked for. */
const usualSide = 96;

/** A page of samples in their stored order, as small as asked for. */
export async function samples(
  gallery: Gallery,
  { split: name, offset, count, label, size }: ParsedParams<'datasets.samples'>,
): Promise<Result<'datasets.samples'>> {
  const split = findSplit(gallery, name);
  const places = label === undefined ? null : await placesOf(split, label);
  const total = places?.length ?? split.count;
  const length = Math.max(0, Math.min(count, total - offset));
  const indices = Uint32Array.from({ length }, (_, i) => places?.[offset + i] ?? offset + i);
  const { shape, bytes } = gallery.varied
    ? await fitted(split, indices, size)
    : shrink(gallery.shape, await split.read(indices), size);
  return {
    images: tensorPayload([length, ...shape], bytes),
    objects: await objectsOn(gallery, split, indices, shape),
    labels: Array.from(indices, (index) => labelOf(split, index)),
    indices: [...indices],
    total,
  };
}

/** null for a sample that nobody labelled. */
export function labelOf({ labels }: GallerySplit, index: number): number | null {
  const label = labels?.[index] ?? -1;
  return label < 0 ? null : label;
}

const places = new WeakMap<GallerySplit, Map<number, Uint32Array>>();

/** Where the samples of one class are, or those that show one, found once for as long as the data set is open. */
async function placesOf(split: GallerySplit, label: number): Promise<Uint32Array> {
  const known = places.get(split) ?? new Map<number, Uint32Array>();
  places.set(split, known);
  const found = known.get(label) ?? (await findPlaces(split, label));
  known.set(label, found);
  return found;
}

async function findPlaces({ labels, objects }: GallerySplit, label: number): Promise<Uint32Array> {
  if (labels) return Uint32Array.from([...labels.keys()].filter((at) => labels[at] === label));
  const on = (await objects?.labels()) ?? [];
  return Uint32Array.from([...on.keys()].filter((at) => on[at]?.includes(label)));
}

/** What is on each of the images, in pixels of them as they were made small. */
async function objectsOn(
  { varied, shape }: Gallery,
  { objects }: GallerySplit,
  indices: Uint32Array,
  [, height = 0, width = 0]: readonly number[],
): Promise<ObjectBox[][]> {
  if (!objects) return Array.from(indices, () => []);
  if (varied) return Promise.all(Array.from(indices, async (index) => [...(await objects.on(index, width))]));
  const [, from, across] = shape;
  const fit = { height, width, method: 'area', keep: 'all' } as const;
  return Promise.all(
    Array.from(indices, async (index) =>
      fitBoxes(await objects.on(index), { height: from, width: across }, fit),
    ),
  );
}

/** Images of varied size, the middle of each, in squares. */
async function fitted(
  split: GallerySplit,
  indices: Uint32Array,
  side = usualSide,
): Promise<{ shape: number[]; bytes: Uint8Array }> {
  return { shape: [3, side, side], bytes: await split.read(indices, side) };
}

/** Images larger than `size` made to fit into a square of it, their proportions kept. */
export function shrink(
  [channels = 0, height = 0, width = 0]: readonly number[],
  bytes: Uint8Array,
  size = Math.max(height, width),
): { shape: number[]; bytes: Uint8Array } {
  const scale = size / Math.max(height, width);
  if (scale >= 1) return { shape: [channels, height, width], bytes };
  const to = {
    height: Math.max(1, Math.round(height * scale)),
    width: Math.max(1, Math.round(width * scale)),
  };
  const resampler = new Resampler({ height, width }, to, 'area');
  const planes = bytes.length / (height * width);
  const small = new Uint8Array(planes * sizeOf([to.height, to.width]));
  for (let plane = 0; plane < planes; plane++) {
    resampler.plane(bytes, plane * height * width, 1, small, plane * to.height * to.width);
  }
  return { shape: [channels, to.height, to.width], bytes: small };
}
