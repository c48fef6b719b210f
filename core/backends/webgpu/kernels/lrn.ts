import { z } from 'zod';
import { mapShape, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, type Site, type Tensor, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

const attributes = z.object({ n: z.int(), k: z.number(), alpha: z.number(), beta: z.number() });

/** `bracket(c, at)`: k + alpha times the squares of the maps around map c, at a quad of a pixel. */
function parts(site: Site, x: Tensor) {
  const { n, k, alpha, beta } = attributes.parse(site.attributes);
  const [channels, height, width] = mapShape(x.shape);
  const quads = (height * width * site.pitch) / 4;
  const reach = Math.floor(n / 2);
  const window = (c: string) =>
    `var j = max(${c}, ${reach}u) - ${reach}u; j <= min(${c} + ${reach}u, ${channels - 1}u); j++`;
  const code = `
fn bracket(c: u32, at: u32) -> vec4f {
  var sum = vec4f(0.0);
  for (${window('c')}) {
    let value = x[j * ${quads}u + at];
    sum += value * value;
  }
  return ${k} + ${alpha} * sum;
}`;
  return { code, window, beta, alpha, quads, count: channels * quads };
}

/** (28): b_i = a_i / (k + alpha sum over j from max(0, i - n/2) to min(N - 1, i + n/2) of a_j^2)^beta. */
export const lrnForward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const { code, beta, quads, count } = parts(site, x);
  const main = forEach(
    count,
    `let result = x[item] * pow(bracket(item / ${quads}u, item % ${quads}u), vec4f(${-beta}));
  watch4(result, item * 4u % ${site.pitch}u);
  y[item] = result;`,
  );
  const bindings = [reads('x', x.place), writes('y', required(site.outputs[0], 'y').place)];
  return { shaders: [{ ...main, bindings, code: code + main.code }] };
};

/** dX_i = dY_i s_i^-beta - 2 alpha beta a_i sum over j around i of dY_j a_j s_j^(-beta - 1), s_i the bracket of (28). */
export const lrnBackward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const { code, window, alpha, beta, quads, count } = parts(site, x);
  const { code: give, bindings: given } = outgoing(site);
  const main = forEach(
    count,
    `let c = item / ${quads}u;
  let at = item % ${quads}u;
  var around = vec4f(0.0);
  for (${window('c')}) {
    let there = j * ${quads}u + at;
    around += dY[there] * x[there] * pow(bracket(j, at), vec4f(${-beta - 1}));
  }
  let own = dY[item] * pow(bracket(c, at), vec4f(${-beta}));
  give(own - ${2 * alpha * beta} * x[item] * around, item);`,
  );
  const bindings = [reads('x', x.place), reads('dY', required(site.inputs[1], 'dY').place), ...given];
  return { shaders: [{ ...main, bindings, code: code + give + main.code }] };
};
