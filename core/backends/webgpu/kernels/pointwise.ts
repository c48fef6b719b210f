import { z } from 'zod';
import { activationName } from '../../../kernels/activations.ts';
import { elements, mapShape, required } from '../../../kernels/shape.ts';
import { activate, slopeFunction } from '../activation.ts';
import { type Family, forEach, reads, type Shader, type Site, type Tensor, writes } from '../shader.ts';
import { outgoing } from './outgoing.ts';

const activationAttributes = z.object({ activation: activationName });

const quadsOf = ({ pitch }: Site, { shape }: Tensor): number => (elements(shape) * pitch) / 4;

const write = (site: Site, name: string, value: string): string => `
  let result = ${value};
  watch4(result, item * 4u % ${site.pitch}u);
  ${name}[item] = result;`;

/** (2): y = f(u), element by element. */
export const activationForward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const y = required(site.outputs[0], 'y');
  const { activation } = activationAttributes.parse(site.attributes);
  const main = forEach(quadsOf(site, x), write(site, 'y', 'activate(x[item])'));
  const bindings = [reads('x', x.place), writes('y', y.place)];
  return { shaders: [{ ...main, bindings, code: activate(activation) + main.code }] };
};

/** (14), (17): delta = dJ/dy * f'(u). Where it follows its producer at once, that one does it (`fuse.ts`). */
export const activationBackward: Family = (site) => {
  const y = required(site.inputs[0], 'y');
  const dY = required(site.inputs[1], 'dY');
  const dX = required(site.outputs[0], 'dX');
  const { activation } = activationAttributes.parse(site.attributes);
  const main = forEach(quadsOf(site, y), write(site, 'dX', 'dY[item] * slope(y[item])'));
  const bindings = [reads('y', y.place), reads('dY', dY.place), writes('dX', dX.place)];
  return { shaders: [{ ...main, bindings, code: slopeFunction(activation, 'slope') + main.code }] };
};

/** (3): x_j = f(down(x_j) + b_j), behind the pooling itself. */
export const channelBiasForward: Family = (site) => {
  const x = required(site.inputs[0], 'x');
  const bias = required(site.inputs[1], 'bias');
  const y = required(site.outputs[0], 'y');
  const { activation } = activationAttributes.parse(site.attributes);
  const [, height, width] = mapShape(x.shape);
  const value = `activate(x[item] + bias[item / ${(height * width * site.pitch) / 4}u])`;
  const main = forEach(quadsOf(site, x), write(site, 'y', value));
  const bindings = [reads('x', x.place), reads('bias', bias.place, 'f32'), writes('y', y.place)];
  return { shaders: [{ ...main, bindings, code: activate(activation) + main.code }] };
};

/** (3) with a gain: x_j = f(w_j down(x_j) + b_j). */
export const channelScaleForward: Family = (site) => {
  const [x, weight, bias] = site.inputs;
  const maps = required(x, 'x');
  const y = required(site.outputs[0], 'y');
  const { activation } = activationAttributes.parse(site.attributes);
  const [, height, width] = mapShape(maps.shape);
  const channel = `item / ${(height * width * site.pitch) / 4}u`;
  const value = `activate(x[item] * weight[${channel}]${bias ? ` + bias[${channel}]` : ''})`;
  const main = forEach(quadsOf(site, maps), write(site, 'y', value));
  const bindings = [
    reads('x', maps.place),
    reads('weight', required(weight, 'weight').place, 'f32'),
    ...(bias ? [reads('bias', bias.place, 'f32')] : []),
    writes('y', y.place),
  ];
  return { shaders: [{ ...main, bindings, code: activate(activation) + main.code }] };
};

/** dX = w dY. */
export const channelScaleBackwardInput: Family = (site) => {
  const dY = required(site.inputs[0], 'dY');
  const weight = required(site.inputs[1], 'weight');
  const [, height, width] = mapShape(dY.shape);
  const { code: give, bindings: given } = outgoing(site);
  const value = `dY[item] * weight[item / ${(height * width * site.pitch) / 4}u]`;
  const main = forEach(quadsOf(site, dY), `give(${value}, item);`);
  const bindings = [reads('dY', dY.place), reads('weight', weight.place, 'f32'), ...given];
  return { shaders: [{ ...main, bindings, code: give + main.code }] };
};

/** Inputs added in one dispatch; WebGPU promises eight buffers for each, the fault's among them. */
const addedAtOnce = 5;

/** y = the sum of inputs of one shape, from left to right; more than a few in several dispatches. */
export const addForward: Family = (site) => {
  const inputs = site.inputs.map((tensor) => required(tensor, 'x'));
  const y = required(site.outputs[0], 'y');
  const { target } = site.onward ?? { target: y };
  const { code: give, bindings: given } = outgoing(site, 'y');
  const shaders: Shader[] = [];
  for (let start = 0; start < inputs.length; start += addedAtOnce) {
    const some = inputs.slice(start, start + addedAtOnce);
    const last = start + addedAtOnce >= inputs.length;
    const terms = [...(start > 0 ? ['y[item]'] : []), ...some.map((_, i) => `x${i}[item]`)].join(' + ');
    const main = forEach(quadsOf(site, y), last ? `give(${terms}, item);` : `y[item] = ${terms};`);
    shaders.push({
      ...main,
      code: (last ? give : '') + main.code,
      bindings: [
        ...some.map(({ place }, i) => reads(`x${i}`, place)),
        ...(last ? given : [writes('y', target.place)]),
      ],
    });
  }
  return { shaders };
};

/** Channels are outermost, and images innermost: each input is one stretch of the output. */
export const concatForward: Family = (site) => {
  const y = required(site.outputs[0], 'y');
  let at = 0;
  const shaders = site.inputs.map((tensor) => {
    const x = required(tensor, 'x');
    const quads = quadsOf(site, x);
    const bindings = [reads('x', x.place), writes('y', y.place)];
    const shader = { bindings, ...forEach(quads, `y[item + ${at}u] = x[item];`) };
    at += quads;
    return shader;
  });
  return { shaders };
};

/** dX_k = the elements of dY that came from input k. */
export const concatBackward: Family = (site) => {
  const dY = required(site.inputs[0], 'dY');
  const { inputShapes } = z.object({ inputShapes: z.array(z.array(z.int())) }).parse(site.attributes);
  let at = 0;
  const shaders = inputShapes.flatMap((shape, k) => {
    const start = at;
    const quads = (elements(shape) * site.pitch) / 4;
    at += quads;
    const dX = site.outputs[k];
    if (!dX) return [];
    const bindings = [reads('dY', dY.place), writes('dX', dX.place)];
    return [{ bindings, ...forEach(quads, `dX[item] = dY[item + ${start}u];`) }];
  });
  return { shaders };
};
