import { drawView } from '../../data/augment/index.ts';
import type { Field, Geometry, View } from '../../data/augment/view.ts';
import type { KernelTensor } from '../../kernels/kernel.ts';
import { mapShape } from '../../kernels/shape.ts';
import type { Augmentation, SampleSource, Transform } from '../backend.ts';

/**
 * Writes a batch as the model sees it: value = stored * scale[c] + shift[c], the image placed at (padTop, padLeft),
 * and around it what a stored 0 comes to.
 * @param batch [N, C, H, W]
 */
export function gather(
  source: SampleSource,
  transform: Transform,
  indices: Uint32Array,
  batch: KernelTensor,
): void {
  const { channels, height, width, newHeight, newWidth, top, left } = geometryOf(source, transform, batch);
  const { images } = source;
  const { data } = batch;
  // Of what lies inside the image.
  const from = Math.max(0, left);
  const to = Math.min(newWidth, left + width);
  const step = transform.mirror ? -1 : 1;
  indices.forEach((sample, n) => {
    for (let c = 0; c < channels; c++) {
      const scale = transform.scale[c] ?? 1;
      const shift = transform.shift[c] ?? 0;
      const map = (n * channels + c) * newHeight * newWidth;
      data.fill(shift, map, map + newHeight * newWidth);
      for (let row = Math.max(0, top); row < Math.min(newHeight, top + height); row++) {
        const line = map + row * newWidth;
        const stored = ((sample * channels + c) * height + row - top) * width;
        const first = stored + (transform.mirror ? width - 1 + left : -left);
        for (let column = from; column < to; column++)
          data[line + column] = (images[first + step * column] as number) * scale + shift;
      }
    }
  });
}

/** The same with every sample changed as its draws of this epoch say. */
export function gatherAugmented(
  source: SampleSource,
  transform: Transform,
  augmentation: Augmentation,
  epoch: number,
  indices: Uint32Array,
  batch: KernelTensor,
): void {
  const geometry = geometryOf(source, transform, batch);
  const { channels, height, width, newHeight, newWidth } = geometry;
  const size = channels * height * width;
  const outSize = channels * newHeight * newWidth;
  const moment = { seed: augmentation.seed, epoch };
  indices.forEach((sample, n) => {
    const view = drawView(augmentation.steps, moment, sample, geometry);
    const image = source.images.subarray(sample * size, (sample + 1) * size);
    show(view, geometry, transform, image, batch.data.subarray(n * outSize, (n + 1) * outSize));
  });
}

function geometryOf(source: SampleSource, transform: Transform, batch: KernelTensor): Geometry {
  const [channels, height, width] = mapShape(source.shape);
  const [, newHeight, newWidth] = mapShape(batch.shape.slice(1));
  return {
    channels,
    height,
    width,
    newHeight,
    newWidth,
    top: transform.padTop,
    left: transform.padLeft,
  };
}

/**
 * One image through its view. The order of every operation is the native backend's too, which works in float64 as well,
 * so that both come to the same bits.
 * @param image [C, H, W] as stored
 * @param out [C, newHeight, newWidth]
 */
function show(
  { affine, field, colour, holes }: View,
  geometry: Geometry,
  transform: Transform,
  image: Uint8Array | Float32Array,
  out: Float64Array,
): void {
  const { channels, height, width, newHeight, newWidth, top, left } = geometry;
  const [a, b, offsetX, c, d, offsetY] = affine;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const displacement = field && displacements(field, newHeight, newWidth);
  const stored = new Float64Array(channels);
  for (let row = 0; row < newHeight; row++) {
    const v = row - top - middleY;
    for (let column = 0; column < newWidth; column++) {
      const at = row * newWidth + column;
      const u = column - left - middleX;
      let x = a * u + b * v + offsetX + middleX;
      let y = c * u + d * v + offsetY + middleY;
      if (displacement) {
        x += displacement.x[at]!;
        y += displacement.y[at]!;
      }
      for (let channel = 0; channel < channels; channel++)
        stored[channel] = between(image, channel, height, width, x, y);
      for (let channel = 0; channel < channels; channel++) {
        let value = stored[channel]!;
        if (colour) {
          value = colour.offset[channel]!;
          for (let k = 0; k < channels; k++) value += colour.matrix[channel * channels + k]! * stored[k]!;
        }
        out[channel * newHeight * newWidth + at] =
          value * transform.scale[channel]! + transform.shift[channel]!;
      }
    }
  }
  for (const hole of holes) {
    for (let row = Math.max(0, hole.top); row < Math.min(newHeight, hole.bottom); row++) {
      for (let column = Math.max(0, hole.left); column < Math.min(newWidth, hole.right); column++) {
        for (let channel = 0; channel < channels; channel++)
          out[(channel * newHeight + row) * newWidth + column] = 0;
      }
    }
  }
}

/** Bilinear; 0 outside the image. */
function between(
  image: Uint8Array | Float32Array,
  channel: number,
  height: number,
  width: number,
  x: number,
  y: number,
): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = x - left;
  const down = y - top;
  const pixel = (row: number, column: number): number =>
    row >= 0 && row < height && column >= 0 && column < width
      ? image[(channel * height + row) * width + column]!
      : 0;
  const above = pixel(top, left) + across * (pixel(top, left + 1) - pixel(top, left));
  const below = pixel(top + 1, left) + across * (pixel(top + 1, left + 1) - pixel(top + 1, left));
  return above + down * (below - above);
}

/** The field at every pixel, [rows][columns]: tensor products of cubic B-splines, rows first. */
function displacements(
  { spacing, columns, x, y }: Field,
  newHeight: number,
  newWidth: number,
): { x: Float64Array; y: Float64Array } {
  const along = (grid: Float64Array) => {
    const out = new Float64Array(newHeight * newWidth);
    const line = new Float64Array(columns);
    for (let row = 0; row < newHeight; row++) {
      const { first, weights } = spline(row, spacing);
      for (let k = 0; k < columns; k++) {
        line[k] = 0;
        for (let i = 0; i < 4; i++) line[k]! += weights[i]! * grid[(first + i) * columns + k]!;
      }
      for (let column = 0; column < newWidth; column++) {
        const across = spline(column, spacing);
        let sum = 0;
        for (let i = 0; i < 4; i++) sum += across.weights[i]! * line[across.first + i]!;
        out[row * newWidth + column] = sum;
      }
    }
    return out;
  };
  return { x: along(x), y: along(y) };
}

/** The four points of the grid that reach a pixel, and what each counts there. */
function spline(pixel: number, spacing: number): { first: number; weights: readonly number[] } {
  const place = pixel / spacing;
  const first = Math.floor(place);
  const f = place - first;
  const g = 1 - f;
  const weights = [
    (g * g * g) / 6,
    ((3 * f - 6) * f * f + 4) / 6,
    (((3 - 3 * f) * f + 3) * f + 1) / 6,
    (f * f * f) / 6,
  ];
  return { first, weights };
}
