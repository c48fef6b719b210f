import { z } from 'zod';
import { activationName } from '../../../kernels/activations.ts';
import { elements, mapShape, required } from '../../../kernels/shape.ts';
import { activate } from '../activation.ts';
import { type Family, forEach, reads, type Site, type Tensor, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

const attributes = z.object({
  stride: z.int(),
  pad: z.int(),
  regionHeight: z.int(),
  regionWidth: z.int(),
  activation: activationName.optional(),
});

/**
 * Locally connected layers: too few multiply-adds share a weight for a tiled product, so that every invocation walks
 * along its own sum. `tapAt` is the place of a weight; `region` the region of an output pixel.
 */
function local(site: Site, x: Tensor, y: Tensor, weight: Tensor) {
  const of = attributes.parse(site.attributes);
  const [channels, height, width] = mapShape(x.shape);
  const [filters, outHeight, outWidth] = mapShape(y.shape);
  const [, regionColumns = 0, , , kernelHeight = 0, kernelWidth = 0] = weight.shape;
  const code = `
fn region(row: u32, column: u32) -> u32 {
  return row / ${of.regionHeight}u * ${regionColumns}u + column / ${of.regionWidth}u;
}
fn tapAt(region: u32, outChannel: u32, channel: u32, ky: u32, kx: u32) -> u32 {
  return (((region * ${filters}u + outChannel) * ${channels}u + channel) * ${kernelHeight}u + ky) * ${kernelWidth}u + kx;
}`;
  const quads = site.pitch / 4;
  return {
    ...of,
    channels,
    height,
    width,
    filters,
    outHeight,
    outWidth,
    regionColumns,
    kernelHeight,
    kernelWidth,
    quads,
    code,
  };
}

/** (1) with a kernel of its own for every region r: u_j = sum over i of x_i * k_ij^r + b_j^r. */
export const localForward: Family = (site) => {
  const [x, weight, bias] = site.inputs;
  const y = required(site.outputs[0], 'y');
  const of = local(site, required(x, 'x'), y, required(weight, 'weight'));
  const main = forEach(
    of.filters * of.outHeight * of.outWidth * of.quads,
    `let quad = item % ${of.quads}u;
  let column = item / ${of.quads}u % ${of.outWidth}u;
  let row = item / ${of.quads * of.outWidth}u % ${of.outHeight}u;
  let outChannel = item / ${of.quads * of.outWidth * of.outHeight}u;
  let own = region(row, column);
  var sum = vec4f(${bias ? `bias[own * ${of.filters}u + outChannel]` : '0.0'});
  for (var channel = 0u; channel < ${of.channels}u; channel++) {
    for (var ky = 0u; ky < ${of.kernelHeight}u; ky++) {
      let iy = row * ${of.stride}u + ky - ${of.pad}u;
      if (iy >= ${of.height}u) { continue; }
      for (var kx = 0u; kx < ${of.kernelWidth}u; kx++) {
        let ix = column * ${of.stride}u + kx - ${of.pad}u;
        if (ix >= ${of.width}u) { continue; }
        sum += weight[tapAt(own, outChannel, channel, ky, kx)] * x[((channel * ${of.height}u + iy) * ${of.width}u + ix) * ${of.quads}u + quad];
      }
    }
  }
  let result = activate(sum);
  watch4(result, quad * 4u);
  y[item] = result;`,
  );
  const bindings = [
    reads('x', required(x, 'x').place),
    reads('weight', required(weight, 'weight').place, 'f32'),
    ...(bias ? [reads('bias', bias.place, 'f32')] : []),
    writes('y', y.place),
  ];
  return {
    shaders: [{ ...main, bindings, code: of.code + activate(of.activation ?? 'linear') + main.code }],
  };
};

/** (27), every output along the weights of its own region. */
export const localBackwardInput: Family = (site) => {
  const [dY, weight] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const dX = required(site.outputs[0], 'dX');
  const of = local(site, dX, required(dY, 'dY'), required(weight, 'weight'));
  const { code: give, bindings: given } = outgoing(site);
  const main = forEach(
    of.channels * of.height * of.width * of.quads,
    `let quad = item % ${of.quads}u;
  let column = item / ${of.quads}u % ${of.width}u;
  let row = item / ${of.quads * of.width}u % ${of.height}u;
  let channel = item / ${of.quads * of.width * of.height}u;
  var sum = vec4f(0.0);
  for (var ky = 0u; ky < ${of.kernelHeight}u; ky++) {
    let down = row + ${of.pad}u - ky;
    let oy = down / ${of.stride}u;
    if (oy >= ${of.outHeight}u || down % ${of.stride}u != 0u) { continue; }
    for (var kx = 0u; kx < ${of.kernelWidth}u; kx++) {
      let along = column + ${of.pad}u - kx;
      let ox = along / ${of.stride}u;
      if (ox >= ${of.outWidth}u || along % ${of.stride}u != 0u) { continue; }
      let own = region(oy, ox);
      for (var outChannel = 0u; outChannel < ${of.filters}u; outChannel++) {
        sum += weight[tapAt(own, outChannel, channel, ky, kx)] * dY[((outChannel * ${of.outHeight}u + oy) * ${of.outWidth}u + ox) * ${of.quads}u + quad];
      }
    }
  }
  give(sum, item);`,
  );
  const bindings = [
    reads('dY', required(dY, 'dY').place),
    reads('weight', required(weight, 'weight').place, 'f32'),
    ...given,
  ];
  return { shaders: [{ ...main, bindings, code: of.code + give + main.code }] };
};

/** (24), each sum over the outputs of one region; one invocation for each weight, and one for each bias. */
export const localBackwardWeight: Family = (site) => {
  const [x, dY] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const [dWeight, dBias] = site.outputs;
  const weight = required(dWeight, 'dWeight');
  const of = local(site, required(x, 'x'), required(dY, 'dY'), weight);
  const weights = elements(weight.shape);
  const taps = of.channels * of.kernelHeight * of.kernelWidth;
  const main = forEach(
    weights + (dBias ? elements(dBias.shape) : 0),
    `let isBias = item >= ${weights}u;
  let tap = select(item % ${taps}u, 0u, isBias);
  let owner = select(item / ${taps}u, item - ${weights}u, isBias);
  let outChannel = owner % ${of.filters}u;
  let own = owner / ${of.filters}u;
  let channel = tap / ${of.kernelHeight * of.kernelWidth}u;
  let ky = tap / ${of.kernelWidth}u % ${of.kernelHeight}u;
  let kx = tap % ${of.kernelWidth}u;
  let firstRow = own / ${of.regionColumns}u * ${of.regionHeight}u;
  let firstColumn = own % ${of.regionColumns}u * ${of.regionWidth}u;
  var sum = 0.0;
  for (var row = firstRow; row < min(firstRow + ${of.regionHeight}u, ${of.outHeight}u); row++) {
    for (var column = firstColumn; column < min(firstColumn + ${of.regionWidth}u, ${of.outWidth}u); column++) {
      let iy = row * ${of.stride}u + ky - ${of.pad}u;
      let ix = column * ${of.stride}u + kx - ${of.pad}u;
      let inside = iy < ${of.height}u && ix < ${of.width}u;
      if (!inside && !isBias) { continue; }
      for (var quad = 0u; quad < ${of.quads}u; quad++) {
        let gradient = dY[((outChannel * ${of.outHeight}u + row) * ${of.outWidth}u + column) * ${of.quads}u + quad];
        if (isBias) { sum += dot(gradient, vec4f(1.0)); continue; }
        sum += dot(gradient, x[((channel * ${of.height}u + iy) * ${of.width}u + ix) * ${of.quads}u + quad]);
      }
    }
  }
  watch(sum);
  ${dBias ? `if (isBias) { dBias[item - ${weights}u] = sum; } else { dWeight[item] = sum; }` : 'dWeight[item] = sum;'}`,
  );
  const bindings = [
    reads('x', required(x, 'x').place),
    reads('dY', required(dY, 'dY').place),
    writes('dWeight', weight.place, 'f32'),
    ...(dBias ? [writes('dBias', dBias.place, 'f32')] : []),
  ];
  return { shaders: [{ ...main, bindings, code: of.code + main.code }] };
};
