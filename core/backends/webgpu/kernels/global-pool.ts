import { z } from 'zod';
import { globalPoolMode } from '../../../kernels/global-pool.ts';
import { mapShape, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

const attributes = z.object({ mode: globalPoolMode });

/** (3) with one window as large as the map; an invocation takes four images of a map. */
export const globalPoolForward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const { mode } = attributes.parse(site.attributes);
  const [channels, height, width] = mapShape(x.shape);
  const quads = site.pitch / 4;
  const pixels = height * width;
  const main = forEach(
    channels * quads,
    `let start = item / ${quads}u * ${pixels * quads}u + item % ${quads}u;
  var result = x[start];
  for (var pixel = 1u; pixel < ${pixels}u; pixel++) {
    let value = x[start + pixel * ${quads}u];
    ${mode === 'max' ? 'result = max(result, value);' : 'result += value;'}
  }
  ${mode === 'max' ? '' : `result /= ${pixels}.0;`}
  watch4(result, item % ${quads}u * 4u);
  y[item] = result;`,
  );
  const bindings = [reads('x', x.place), writes('y', required(site.outputs[0], 'y').place)];
  return { shaders: [{ ...main, bindings }] };
};

/** (22), (23), (40): a mean shares dY out over its map, a maximum hands it to the first element that is largest. */
export const globalPoolBackward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const { mode } = attributes.parse(site.attributes);
  const [channels, height, width] = mapShape(x.shape);
  const quads = site.pitch / 4;
  const pixels = height * width;
  const { code: give, bindings: given } = outgoing(site);
  const largest = `
  var best = vec4u(0u);
  var most = x[start];
  for (var pixel = 1u; pixel < ${pixels}u; pixel++) {
    let value = x[start + pixel * ${quads}u];
    best = select(best, vec4u(pixel), value > most);
    most = max(most, value);
  }`;
  const share =
    mode === 'max' ? 'select(vec4f(0.0), gradient, best == vec4u(pixel))' : `gradient / ${pixels}.0`;
  const main = forEach(
    channels * quads,
    `let start = item / ${quads}u * ${pixels * quads}u + item % ${quads}u;
  let gradient = dY[item];
  ${mode === 'max' ? largest : ''}
  for (var pixel = 0u; pixel < ${pixels}u; pixel++) {
    give(${share}, start + pixel * ${quads}u);
  }`,
  );
  const bindings = [
    ...(mode === 'max' ? [reads('x', x.place)] : []),
    reads('dY', required(site.inputs[1], 'dY').place),
    ...given,
  ];
  return { shaders: [{ ...main, bindings, code: give + main.code }] };
};
