import type { Shape } from '../../../kernels/kernel.ts';
import { mapShape } from '../../../kernels/shape.ts';
import type { Transform } from '../../backend.ts';
import { forEach, type Place, reads, type Shader, writes } from '../shader.ts';

export interface GatherSite {
  /** [C, H, W] of a stored image, and of what the network sees. */
  readonly stored: Shape;
  readonly seen: Shape;
  readonly form: 'bytes' | 'floats';
  readonly transform: Transform;
  readonly input: Place;
  readonly pitch: number;
}

/**
 * Writes a batch as the network sees it: value = stored * scale[c] + shift[c], the image placed at (padTop, padLeft), and
 * around it what a stored 0 comes to; and the labels beside it. Places beyond the batch repeat its first image, so that
 * they are as finite as that one. An invocation writes a row of a map of an image.
 */
export function gather({ stored, seen, form, transform, input, pitch }: GatherSite): Shader {
  const [channels, height, width] = mapShape(stored);
  const [, rows, columns] = mapShape(seen);
  const { padTop, padLeft, mirror } = transform;
  const fromLeft = `i32(column) - (${padLeft})`;
  const perChannel = (values: Float32Array, missing: number) =>
    `array<f32, ${channels}>(${Array.from({ length: channels }, (_, c) => float(values[c] ?? missing)).join(', ')})`;
  const main = forEach(
    channels * rows * pitch,
    `let image = item % ${pitch}u;
  let row = item / ${pitch}u % ${rows}u;
  let channel = item / ${pitch * rows}u;
  let there = image < batch.count;
  let sample = order[batch.first + select(0u, image, there)];
  if (item < ${pitch}u) { goal[image] = select(-1, labels[sample], there); }
  var scales = ${perChannel(transform.scale, 1)};
  var shifts = ${perChannel(transform.shift, 0)};
  let scale = scales[channel];
  let shift = shifts[channel];
  // Above the image this is a large number, as is that of the columns left of it.
  let y = u32(i32(row) - (${padTop}));
  let start = ((sample * ${channels}u + channel) * ${height}u + y) * ${width}u;
  for (var column = 0u; column < ${columns}u; column++) {
    let x = u32(${mirror ? `${width - 1} - (${fromLeft})` : fromLeft});
    var value = shift;
    if (y < ${height}u && x < ${width}u) { value = stored(start + x) * scale + shift; }
    values[((channel * ${rows}u + row) * ${columns}u + column) * ${pitch}u + image] = value;
  }`,
  );
  const at =
    form === 'floats' ? 'return images[at];' : 'return f32((images[at / 4u] >> (at % 4u * 8u)) & 0xffu);';
  return {
    ...main,
    code: `fn stored(at: u32) -> f32 { ${at} }\n${main.code}`,
    bindings: [
      reads('images', { all: 'images' }, form === 'floats' ? 'f32' : 'u32'),
      reads('labels', { all: 'labels' }, 'i32'),
      reads('order', { all: 'order' }, 'u32'),
      writes('values', input, 'f32'),
      writes('goal', { target: true }, 'i32'),
    ],
  };
}

/** A WGSL literal with all the digits of a float32. */
function float(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? `f32(${text})` : `f32(${text}.0)`;
}
