import { z } from 'zod';
import { activationName } from '../../../kernels/activations.ts';
import { connected } from '../../../kernels/connections.ts';
import { mapShape, required } from '../../../kernels/shape.ts';
import { activate } from '../activation.ts';
import { type Family, reads, type Site, type Tensor, writes } from '../shader.ts';
import { fourRows, gemm } from './gemm.ts';
import { outgoing } from './outgoing.ts';
import { gradientTarget, partialSums } from './partials.ts';
import { chooseParts } from './tile-choice.ts';

const windowAttributes = z.object({
  stride: z.int(),
  pad: z.int(),
  groups: z.int(),
  connections: z.array(z.string()).optional(),
  activation: activationName.optional(),
});

/** Everything a convolution is, whichever of its three products is asked for. */
interface Convolution extends z.infer<typeof windowAttributes> {
  readonly x: readonly [channels: number, height: number, width: number];
  readonly y: readonly [filters: number, height: number, width: number];
  /** [height, width] */
  readonly kernel: readonly [number, number];
  readonly groupChannels: number;
  readonly groupFilters: number;
  readonly pitch: number;
}

function convolution(site: Site, x: Tensor, y: Tensor, weight: readonly number[]): Convolution {
  const window = windowAttributes.parse(site.attributes);
  const [filters = 0, groupChannels = 0, height = 0, width = 0] = weight;
  return {
    ...window,
    x: mapShape(x.shape),
    y: mapShape(y.shape),
    kernel: [height, width],
    groupChannels,
    groupFilters: filters / window.groups,
    pitch: site.pitch,
  };
}

/**
 * (1), (2), (44): y_j = f(sum over i in M_j of x_i * k_ij + b_j), as a product: A = the kernels, a row for each filter;
 * B = what lies under the window, a column for each pixel of each image; depth runs over [channel][ky][kx].
 */
export const conv2dForward: Family = (site) => {
  const [x, weight, bias = null] = site.inputs;
  const y = required(site.outputs[0], 'y');
  const of = convolution(site, required(x, 'x'), y, required(weight, 'weight').shape);
  const { pool } = site;
  const [, height, width] = of.y;
  // Where windows of 2 x 2 are pooled, a column is a window.
  const side = pool ? 2 : 1;
  const extents = {
    rows: of.groupFilters,
    columns: ((height * width) / side ** 2) * of.pitch,
    depth: of.groupChannels * of.kernel[0] * of.kernel[1],
    groups: of.groups,
    parts: 1,
    window: pool ? 4 : 1,
  } as const;
  const { code, workgroups } = gemm(extents, site.chooseTile(extents), {
    alongDepth: false,
    helpers: `${table(of)}
${pixelOf(width / side, of.pitch)}
${activate(of.activation ?? 'linear')}
fn weightAt(outChannel: u32, k: u32) -> f32 { ${connectedOnly(of, 'outChannel', `k / ${area(of)}u`, `weight[outChannel * ${extents.depth}u + k]`)} }
fn finished(outChannel: u32, value: vec4f, at: vec3u) -> vec4f {
  let result = activate(value${bias ? ' + bias[outChannel]' : ''});
  watch4(result, at.z);
  y[(((outChannel * ${height}u + at.x) * ${width}u + at.y) * ${of.pitch}u + at.z) / 4u] = result;
  return result;
}`,
    left: fourRows(extents.rows, (row) => `weightAt(group * ${of.groupFilters}u + ${row}, k)`),
    place: `let at = pixelOf(column);
      return vec3u((at.x * ${side}u + pixel / 2u) * ${of.stride}u, (at.y * ${side}u + pixel % 2u) * ${of.stride}u, at.z);`,
    right: `if (column >= ${extents.columns}u) { return vec4f(0.0); }
      ${splitDepth(of, 'channel')}
      return inputAt(group * ${of.groupChannels}u + channel, place.x + ky, place.y + kx, place.z);`,
    store: `let outChannel = group * ${of.groupFilters}u + row;
      let at = pixelOf(column);
      ${pool ? pooled(pool.mode, extents.columns) : 'finished(outChannel, value, at);'}`,
  });
  return {
    shaders: [
      {
        bindings: [
          reads('x', required(x, 'x').place),
          reads('weight', required(weight, 'weight').place, 'f32'),
          ...(bias ? [reads('bias', bias.place, 'f32')] : []),
          writes('y', y.place),
          ...(pool ? [writes('pooled', pool.y.place)] : []),
        ],
        code: `${inputAt(of)}\n${code}`,
        workgroups,
      },
    ],
  };
};

/** (3): the four pixels of a window, and what is left of them, in the order of the pooling kernels. */
function pooled(mode: 'max' | 'mean', windows: number): string {
  const pixels = [0, 1, 2, 3].map((pixel) => {
    const place = `vec3u(at.x * 2u + ${pixel >> 1}u, at.y * 2u + ${pixel % 2}u, at.z)`;
    return `let pixel${pixel} = finished(outChannel, value${pixel}, ${place});`;
  });
  const result =
    mode === 'max'
      ? 'max(max(max(pixel0, pixel1), pixel2), pixel3)'
      : '(pixel0 + pixel1 + pixel2 + pixel3) / 4.0';
  return `${pixels.join('\n      ')}
      let result = ${result};
      watch4(result, at.z);
      pooled[(outChannel * ${windows}u + column) / 4u] = result;`;
}

/**
 * (27): dX_i = sum over j of rot180(K_ij) * delta_j (full convolution), as a product: A = the kernels, a row for each
 * input map; B = the deltas whose windows cover a pixel, a column for each pixel of each image; depth runs over
 * [filter][ky][kx].
 */
export const conv2dBackwardInput: Family = (site) => {
  const [dY, weight] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const dX = required(site.outputs[0], 'dX');
  const of = convolution(site, dX, required(dY, 'dY'), required(weight, 'weight').shape);
  const extents = {
    rows: of.groupChannels,
    columns: of.x[1] * of.x[2] * of.pitch,
    depth: of.groupFilters * of.kernel[0] * of.kernel[1],
    groups: of.groups,
    parts: 1,
    window: 1,
  } as const;
  const { code: give, bindings: given } = outgoing(site);
  const weightRow = `outChannel * ${of.groupChannels}u + channel`;
  const { code, workgroups } = gemm(extents, site.chooseTile(extents), {
    alongDepth: false,
    helpers: `${give}
${table(of)}
${pixelOf(of.x[2], of.pitch)}
fn weightAt(outChannel: u32, channel: u32, tap: u32) -> f32 { ${connectedOnly(of, 'outChannel', 'channel', `weight[(${weightRow}) * ${area(of)}u + tap]`)} }
${gradientAt(of)}`,
    left: `let outChannel = group * ${of.groupFilters}u + k / ${area(of)}u;
      let tap = k % ${area(of)}u;
      ${fourRows(extents.rows, (row) => `weightAt(outChannel, ${row}, tap)`)}`,
    place: `return pixelOf(column) + vec3u(${of.pad}u, ${of.pad}u, 0u);`,
    right: `if (column >= ${extents.columns}u) { return vec4f(0.0); }
      ${splitDepth(of, 'outChannel')}
      return gradientAt(group * ${of.groupFilters}u + outChannel, place.x - ky, place.y - kx, place.z);`,
    store: `give(value, ((group * ${of.groupChannels}u + row) * ${extents.columns}u + column) / 4u);`,
  });
  return {
    shaders: [
      {
        bindings: [
          reads('dY', required(dY, 'dY').place),
          reads('weight', required(weight, 'weight').place, 'f32'),
          ...given,
        ],
        code,
        workgroups,
      },
    ],
  };
};

/**
 * (24): dK_ij, element by element dk_mn = sum over u, v of delta_uv x_(m+u-1)(n+v-1), as a product: A = the deltas, a
 * row for each filter; B = what lies under the window, a column for each [channel][ky][kx], and a last column of ones,
 * which yields db_j = sum over u, v of (delta_j)_uv; depth runs over [row][column][image].
 */
export const conv2dBackwardWeight: Family = (site) => {
  const [x, dY] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const [dWeight, dBias = null] = site.outputs;
  const weight = required(dWeight, 'dWeight');
  const of = convolution(site, required(x, 'x'), required(dY, 'dY'), weight.shape);
  const taps = of.groupChannels * area(of);
  const depth = of.y[1] * of.y[2] * of.pitch;
  const parts = chooseParts(of.groupFilters, taps, depth, of.groups);
  const extents = {
    rows: of.groupFilters,
    columns: taps + (dBias ? 1 : 0),
    depth,
    groups: of.groups,
    parts,
    window: 1,
  } as const;
  const { code, workgroups } = gemm(extents, site.chooseTile(extents), {
    alongDepth: true,
    helpers: `${table(of)}
${pixelOf(of.y[2], of.pitch)}
${gradientTarget(weight, dBias, parts)}`,
    left: `if (row >= ${extents.rows}u) { return vec4f(0.0); }
      return dY[((group * ${of.groupFilters}u + row) * ${depth}u + k) / 4u];`,
    right: `if (column == ${taps}u) { return vec4f(1.0); }
      if (column > ${taps}u) { return vec4f(0.0); }
      let at = pixelOf(k);
      return inputAt(group * ${of.groupChannels}u + place.x, at.x * ${of.stride}u + place.y, at.y * ${of.stride}u + place.z, at.z);`,
    place: `return vec3u(column / ${area(of)}u, column % ${area(of)}u / ${of.kernel[1]}u, column % ${area(of)}u % ${of.kernel[1]}u);`,
    store: `let outChannel = group * ${of.groupFilters}u + row;
      if (column == ${taps}u) { storeBias(part, outChannel, value); return; }
      storeWeight(part, outChannel * ${taps}u + column, ${connectedOnly(of, 'outChannel', `column / ${area(of)}u`, 'value', 'expression')});`,
  });
  return {
    shaders: [
      {
        bindings: [
          reads('x', required(x, 'x').place),
          reads('dY', required(dY, 'dY').place),
          ...partialSums.bindings(weight, dBias, parts),
        ],
        code: `${inputAt(of)}\n${code}`,
        workgroups,
      },
    ],
    sums: partialSums.of(weight, dBias, parts),
  };
};

/** Pixels under a window. */
const area = ({ kernel: [height, width] }: Convolution): number => height * width;

/** Four images of a pixel of x, whose row and column count from the edge of the padding. */
function inputAt({ x: [, height, width], pad, pitch }: Convolution): string {
  return `
fn inputAt(channel: u32, row: u32, column: u32, image: u32) -> vec4f {
  // Below the padding's edge the difference wraps around to a large number.
  let iy = row - ${pad}u;
  let ix = column - ${pad}u;
  if (iy >= ${height}u || ix >= ${width}u) { return vec4f(0.0); }
  return x[(((channel * ${height}u + iy) * ${width}u + ix) * ${pitch}u + image) / 4u];
}`;
}

/** Four images of the delta whose window's tap stands on row, column (in steps of one); 0 between the strides. */
function gradientAt({ y: [, height, width], stride, pitch }: Convolution): string {
  const between =
    stride === 1 ? '' : `if (row % ${stride}u != 0u || column % ${stride}u != 0u) { return vec4f(0.0); }`;
  return `
fn gradientAt(outChannel: u32, row: u32, column: u32, image: u32) -> vec4f {
  // Before the first window the difference wrapped around to a large number.
  if (row >= ${height * stride}u || column >= ${width * stride}u) { return vec4f(0.0); }
  ${between}
  let oy = row / ${stride}u;
  let ox = column / ${stride}u;
  return dY[(((outChannel * ${height}u + oy) * ${width}u + ox) * ${pitch}u + image) / 4u];
}`;
}

/** `k` to a map, `ky` and `kx`. */
function splitDepth(of: Convolution, map: 'channel' | 'outChannel'): string {
  return `let ${map} = k / ${area(of)}u;
      let ky = k % ${area(of)}u / ${of.kernel[1]}u;
      let kx = k % ${of.kernel[1]}u;`;
}

/** `pixelOf`: place in a map of this width and in the batch, [row, column, image], of what lies [row][column][image]. */
function pixelOf(width: number, pitch: number): string {
  return `fn pixelOf(at: u32) -> vec3u {
  return vec3u(at / ${width * pitch}u, at / ${pitch}u % ${width}u, at % ${pitch}u);
}`;
}

/** The connection table (44), a bit for each input map of each filter. */
function table({ connections, x: [channels], y: [filters] }: Convolution): string {
  if (!connections) return '';
  const words = Math.ceil(channels / 32);
  const bits = new Uint32Array(filters * words);
  for (let filter = 0; filter < filters; filter++) {
    for (let map = 0; map < channels; map++) {
      if (connected(connections, map, filter))
        bits[filter * words + Math.floor(map / 32)]! |= 1 << (map % 32);
    }
  }
  const list = Array.from(bits, (word) => `${word}u`).join(', ');
  return `const connections = array<u32, ${bits.length}>(${list});
fn isConnected(outChannel: u32, channel: u32) -> bool {
  return ((connections[outChannel * ${words}u + channel / 32u] >> (channel % 32u)) & 1u) == 1u;
}`;
}

/** A number where filter and map are connected, else 0: a function's body, or an expression. */
function connectedOnly(
  { connections }: Convolution,
  filter: string,
  map: string,
  value: string,
  form: 'body' | 'expression' = 'body',
): string {
  const expression = connections ? `select(0.0, ${value}, isConnected(${filter}, ${map}))` : value;
  return form === 'body' ? `return ${expression};` : expression;
}
