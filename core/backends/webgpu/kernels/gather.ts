import type { Shape } from '../../../kernels/kernel.ts';
import { mapShape } from '../../../kernels/shape.ts';
import type { Transform } from '../../backend.ts';
import { type Binding, forEach, type Place, reads, type Shader, writes } from '../shader.ts';
import type { ViewLayout } from '../views.ts';

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
  const main = forEach(
    channels * rows * pitch,
    `let image = item % ${pitch}u;
  let row = item / ${pitch}u % ${rows}u;
  let channel = item / ${pitch * rows}u;
  let there = image < batch.count;
  let sample = order[batch.first + select(0u, image, there)];
  if (item < ${pitch}u) { goal[image] = select(-1, labels[sample], there); }
  ${normalisation(transform, channels)}
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
  return { ...main, code: `${reading(form)}\n${main.code}`, bindings: bindings(form, input) };
}

/**
 * The same with every sample seen through its view of this epoch, as the reference's `gatherAugmented`: the order holds
 * places in `views`, and a view its sample's place among the images. An invocation writes a pixel of an image, in all its
 * channels.
 */
export function gatherViews(site: GatherSite & { readonly layout: ViewLayout }): Shader {
  const { stored, seen, form, transform, input, pitch, layout } = site;
  const [channels, height, width] = mapShape(stored);
  const [, rows, columns] = mapShape(seen);
  const { words, holes, colour, field } = layout;
  const main = forEach(
    rows * columns * pitch,
    `let image = item % ${pitch}u;
  let column = item / ${pitch}u % ${columns}u;
  let row = item / ${pitch * columns}u;
  let there = image < batch.count;
  let view = order[batch.first + select(0u, image, there)] * ${words}u;
  let sample = views[view];
  if (item < ${pitch}u) { goal[image] = select(-1, labels[sample], there); }
  let right = f32(column);
  let down = f32(row);
  var x = drawn(view + 1u) * right + drawn(view + 2u) * down + drawn(view + 3u);
  var y = drawn(view + 4u) * right + drawn(view + 5u) * down + drawn(view + 6u);
  ${field ? 'let away = displacement(view, right, down);\n  x += away.x;\n  y += away.y;' : ''}
  var found: array<f32, ${channels}>;
  for (var c = 0u; c < ${channels}u; c++) { found[c] = between((sample * ${channels}u + c) * ${height * width}u, x, y); }
  var blank = false;
  for (var hole = view + ${holes.at}u; hole < view + ${holes.at + 4 * holes.count}u; hole += 4u) {
    blank |= down >= drawn(hole) && right >= drawn(hole + 1u) && down < drawn(hole + 2u) && right < drawn(hole + 3u);
  }
  ${normalisation(transform, channels)}
  for (var c = 0u; c < ${channels}u; c++) {
    ${colour === null ? 'let value = found[c];' : recoloured(colour, channels)}
    values[((c * ${rows}u + row) * ${columns}u + column) * ${pitch}u + image] =
      select(value * scales[c] + shifts[c], 0.0, blank);
  }`,
  );
  const functions = [
    reading(form),
    'fn drawn(at: u32) -> f32 { return bitcast<f32>(views[at]); }',
    interpolation(height, width),
    ...(field ? [displacement(field)] : []),
  ];
  return {
    ...main,
    code: `${functions.join('\n')}\n${main.code}`,
    bindings: [...bindings(form, input), reads('views', { all: 'views' }, 'u32')],
  };
}

function bindings(form: GatherSite['form'], input: Place): Binding[] {
  return [
    reads('images', { all: 'images' }, form === 'floats' ? 'f32' : 'u32'),
    reads('labels', { all: 'labels' }, 'i32'),
    reads('order', { all: 'order' }, 'u32'),
    writes('values', input, 'f32'),
    writes('goal', { target: true }, 'i32'),
  ];
}

function reading(form: GatherSite['form']): string {
  const at =
    form === 'floats' ? 'return images[at];' : 'return f32((images[at / 4u] >> (at % 4u * 8u)) & 0xffu);';
  return `fn stored(at: u32) -> f32 { ${at} }`;
}

function normalisation({ scale, shift }: Transform, channels: number): string {
  const perChannel = (values: Float32Array, missing: number) =>
    `array<f32, ${channels}>(${Array.from({ length: channels }, (_, c) => float(values[c] ?? missing)).join(', ')})`;
  return `var scales = ${perChannel(scale, 1)};
  var shifts = ${perChannel(shift, 0)};`;
}

/** Bilinear; 0 outside the image. */
function interpolation(height: number, width: number): string {
  return `fn pixel(map: u32, row: i32, column: i32) -> f32 {
  if (row < 0 || row >= ${height} || column < 0 || column >= ${width}) { return 0.0; }
  return stored(map + u32(row * ${width} + column));
}
fn between(map: u32, x: f32, y: f32) -> f32 {
  let left = i32(floor(x));
  let top = i32(floor(y));
  let across = x - floor(x);
  let above = mix(pixel(map, top, left), pixel(map, top, left + 1), across);
  let below = mix(pixel(map, top + 1, left), pixel(map, top + 1, left + 1), across);
  return mix(above, below, y - floor(y));
}`;
}

/** The field at a pixel: tensor products of cubic B-splines. */
function displacement({ at, spacing, rows, columns }: NonNullable<ViewLayout['field']>): string {
  return `fn spline(f: f32) -> vec4f {
  let g = 1.0 - f;
  return vec4f(g * g * g, (3.0 * f - 6.0) * f * f + 4.0, ((3.0 - 3.0 * f) * f + 3.0) * f + 1.0, f * f * f) / 6.0;
}
fn displacement(view: u32, right: f32, down: f32) -> vec2f {
  let place = vec2f(right, down) / ${float(spacing)};
  // Rounding may carry the last pixel over the last four points.
  let first = min(floor(place), vec2f(${float(columns - 4)}, ${float(rows - 4)}));
  let across = spline(place.x - first.x);
  let along = spline(place.y - first.y);
  var sum = vec2f();
  for (var i = 0u; i < 4u; i++) {
    let line = view + ${at}u + (u32(first.y) + i) * ${columns}u + u32(first.x);
    for (var k = 0u; k < 4u; k++) {
      let weight = along[i] * across[k];
      sum += weight * vec2f(drawn(line + k), drawn(line + k + ${rows * columns}u));
    }
  }
  return sum;
}`;
}

function recoloured(colour: number, channels: number): string {
  return `var value = drawn(view + ${colour + channels * channels}u + c);
    for (var k = 0u; k < ${channels}u; k++) { value += drawn(view + ${colour}u + c * ${channels}u + k) * found[k]; }`;
}

/** A WGSL literal with all the digits of a float32. */
function float(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? `f32(${text})` : `f32(${text}.0)`;
}
