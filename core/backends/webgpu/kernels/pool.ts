import { z } from 'zod';
import { mapShape, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, type Site, type Tensor, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

const poolAttributes = z.object({ size: z.int(), stride: z.int(), pad: z.int() });

interface Pooling extends z.infer<typeof poolAttributes> {
  readonly channels: number;
  /** [height, width] of the maps, and of what is left of them. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  /** Quads of images. */
  readonly quads: number;
}

function pooling({ attributes, pitch }: Site, x: Tensor, y: Tensor): Pooling {
  const [channels, height, width] = mapShape(x.shape);
  const [, outHeight, outWidth] = mapShape(y.shape);
  return {
    ...poolAttributes.parse(attributes),
    channels,
    input: [height, width],
    output: [outHeight, outWidth],
    quads: pitch / 4,
  };
}

/** `item` to a quad of images of a pixel of a map. */
const pixelOf = (width: number, height: number, quads: number): string => `
  let quad = item % ${quads}u;
  let column = item / ${quads}u % ${width}u;
  let row = item / ${quads * width}u % ${height}u;
  let channel = item / ${quads * width * height}u;`;

/** (3): x_j = down(x_j); `start`, `take` and `finish` are WGSL over `sum` and `value`. */
function forward(site: Site, start: string, take: string, finish: (of: Pooling) => string) {
  const x = required(site.inputs[0], 'x');
  const y = required(site.outputs[0], 'y');
  const of = pooling(site, x, y);
  const [height, width] = of.input;
  const [outHeight, outWidth] = of.output;
  const body = `${pixelOf(outWidth, outHeight, of.quads)}
  var sum = vec4f(${start});
  for (var ky = 0u; ky < ${of.size}u; ky++) {
    // In the padding above or left, the difference wraps around to a large number.
    let iy = row * ${of.stride}u + ky - ${of.pad}u;
    if (iy >= ${height}u) { continue; }
    for (var kx = 0u; kx < ${of.size}u; kx++) {
      let ix = column * ${of.stride}u + kx - ${of.pad}u;
      if (ix >= ${width}u) { continue; }
      let value = x[((channel * ${height}u + iy) * ${width}u + ix) * ${of.quads}u + quad];
      ${take}
    }
  }
  let result = ${finish(of)};
  watch4(result, quad * 4u);
  y[item] = result;`;
  const bindings = [reads('x', x.place), writes('y', y.place)];
  return { shaders: [{ bindings, ...forEach(of.channels * outHeight * outWidth * of.quads, body) }] };
}

/** The mean under each window; padding counts as zeros. */
export const meanPoolForward: Family = (site) =>
  forward(site, '0.0', 'sum += value;', ({ size }) => `sum / ${size * size}.0`);

/** The largest under each window; padding counts as minus infinity. */
export const maxPoolForward: Family = (site) =>
  forward(site, '-3.4028234e38', 'sum = max(sum, value);', () => 'sum');

/** (22): dX_i = the sum of what the windows over pixel i hand back, `share` of their dY. */
function backward(site: Site, dY: Tensor, of: Pooling, share: string, extra: string, x?: Tensor) {
  const [height, width] = of.input;
  const [outHeight, outWidth] = of.output;
  const { code: give, bindings: given } = outgoing(site);
  // The first window that reaches a row: ceil((row + pad - size + 1) / stride), and none before the first.
  const firstWindow = (at: string) =>
    `(max(${at} + ${of.pad}u, ${of.size - 1}u) - ${of.size - 1}u + ${of.stride - 1}u) / ${of.stride}u`;
  const lastWindow = (at: string, count: number) =>
    `min((${at} + ${of.pad}u) / ${of.stride}u, ${count - 1}u)`;
  const body = `${pixelOf(width, height, of.quads)}
  let lastRow = ${lastWindow('row', outHeight)};
  let lastColumn = ${lastWindow('column', outWidth)};
  var sum = vec4f(0.0);
  for (var oy = ${firstWindow('row')}; oy <= lastRow; oy++) {
    for (var ox = ${firstWindow('column')}; ox <= lastColumn; ox++) {
      let gradient = dY[((channel * ${outHeight}u + oy) * ${outWidth}u + ox) * ${of.quads}u + quad];
      ${share}
    }
  }
  give(sum, item);`;
  const bindings = [reads('dY', dY.place), ...(x ? [reads('x', x.place)] : []), ...given];
  const main = forEach(of.channels * height * width * of.quads, body);
  return { shaders: [{ bindings, ...main, code: `${give}\n${extra}\n${main.code}` }] };
}

/** (22), (23): up(delta) = delta (x) ones(n, n) / n^2. */
export const meanPoolBackward: Family = (site) => {
  const dY = required(site.inputs[0], 'dY');
  const dX = required(site.outputs[0], 'dX');
  const of = pooling(site, dX, dY);
  return backward(site, dY, of, `sum += gradient / ${of.size * of.size}.0;`, '');
};

/** (22) with up() of the maximum; (40): dX_i = sum over windows j of [i = argmax of j] dY_j, the first of equal ones. */
export const maxPoolBackward: Family = (site) => {
  const [x, dY] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const dX = required(site.outputs[0], 'dX');
  const of = pooling(site, dX, required(dY, 'dY'));
  const [height, width] = of.input;
  const isLargest = `
fn at(channel: u32, row: u32, column: u32, quad: u32) -> vec4f {
  return x[((channel * ${height}u + row) * ${width}u + column) * ${of.quads}u + quad];
}

// Whether this pixel is what its window took: above all before it, and below none after it.
fn isLargest(channel: u32, row: u32, column: u32, quad: u32, oy: u32, ox: u32) -> vec4<bool> {
  let own = at(channel, row, column, quad);
  var largest = vec4<bool>(true);
  for (var ky = 0u; ky < ${of.size}u; ky++) {
    let iy = oy * ${of.stride}u + ky - ${of.pad}u;
    if (iy >= ${height}u) { continue; }
    for (var kx = 0u; kx < ${of.size}u; kx++) {
      let ix = ox * ${of.stride}u + kx - ${of.pad}u;
      if (ix >= ${width}u) { continue; }
      let other = at(channel, iy, ix, quad);
      if (iy < row || (iy == row && ix < column)) { largest = largest & (own > other); }
      else { largest = largest & (own >= other); }
    }
  }
  return largest;
}`;
  const share = `sum += select(vec4f(0.0), gradient, isLargest(channel, row, column, quad, oy, ox));`;
  return backward(site, required(dY, 'dY'), of, share, isLargest, required(x, 'x'));
};
