import { z } from 'zod';
import { activationName } from '../../../kernels/activations.ts';
import { elements, required } from '../../../kernels/shape.ts';
import { activate } from '../activation.ts';
import { type Family, reads, writes } from '../shader.ts';
import { fourRows, gemm } from './gemm.ts';
import { outgoing } from './outgoing.ts';
import { gradientTarget, partialSums } from './partials.ts';
import { chooseParts } from './tile-choice.ts';

const forwardAttributes = z.object({ activation: activationName });

/** (5), (6): y = f(W x + b), as a product: A = the weights, B = the inputs, a column for each image. */
export const denseForward: Family = (site) => {
  const [x, weight, bias = null] = site.inputs;
  const y = required(site.outputs[0], 'y');
  const [units = 0, inputs = 0] = required(weight, 'weight').shape;
  const { activation } = forwardAttributes.parse(site.attributes);
  const extents = {
    rows: units,
    columns: site.pitch,
    depth: inputs,
    groups: 1,
    parts: 1,
    window: 1,
  } as const;
  const product = gemm(extents, site.chooseTile(extents), {
    alongDepth: false,
    helpers: activate(activation),
    left: fourRows(units, (row) => `weight[${row} * ${inputs}u + k]`),
    right: column('x', site.pitch),
    store: `let value4 = activate(value${bias ? ' + bias[row]' : ''});
      watch4(value4, column);
      y[(row * ${site.pitch}u + column) / 4u] = value4;`,
  });
  return {
    shaders: [
      {
        ...product,
        bindings: [
          reads('x', required(x, 'x').place),
          reads('weight', required(weight, 'weight').place, 'f32'),
          ...(bias ? [reads('bias', bias.place, 'f32')] : []),
          writes('y', y.place),
        ],
      },
    ],
  };
};

/** (17), (20), without the factor f' that belongs to the layer below: dX = transpose(W) delta. */
export const denseBackwardInput: Family = (site) => {
  const [dY, weight] = site.inputs;
  const [units = 0, inputs = 0] = required(weight, 'weight').shape;
  const extents = {
    rows: inputs,
    columns: site.pitch,
    depth: units,
    groups: 1,
    parts: 1,
    window: 1,
  } as const;
  const { code: give, bindings: given } = outgoing(site);
  const product = gemm(extents, site.chooseTile(extents), {
    alongDepth: false,
    helpers: give,
    leftAlongRows: true,
    left: fourRows(inputs, (row) => `weight[k * ${inputs}u + ${row}]`),
    right: column('dY', site.pitch),
    store: `give(value, (row * ${site.pitch}u + column) / 4u);`,
  });
  return {
    shaders: [
      {
        ...product,
        bindings: [
          reads('dY', required(dY, 'dY').place),
          reads('weight', required(weight, 'weight').place, 'f32'),
          ...given,
        ],
      },
    ],
  };
};

/**
 * (15), (19): dW = delta transpose(x), summed over the batch; db = delta falls out of a last column of ones beside x.
 */
export const denseBackwardWeight: Family = (site) => {
  const [x, dY] = site.inputs;
  const [dWeight, dBias = null] = site.outputs;
  const weight = required(dWeight, 'dWeight');
  const units = elements(required(dY, 'dY').shape);
  const inputs = elements(required(x, 'x').shape);
  const { pitch } = site;
  const parts = chooseParts(units, inputs, pitch, 1);
  const extents = {
    rows: units,
    columns: inputs + (dBias ? 1 : 0),
    depth: pitch,
    groups: 1,
    parts,
    window: 1,
  } as const;
  const product = gemm(extents, site.chooseTile(extents), {
    alongDepth: true,
    helpers: gradientTarget(weight, dBias, parts),
    left: `if (row >= ${units}u) { return vec4f(0.0); }
      return dY[(row * ${pitch}u + k) / 4u];`,
    right: `if (column == ${inputs}u) { return vec4f(1.0); }
      if (column > ${inputs}u) { return vec4f(0.0); }
      return x[(column * ${pitch}u + k) / 4u];`,
    store: `if (column == ${inputs}u) { storeBias(part, row, value); return; }
      storeWeight(part, row * ${inputs}u + column, value);`,
  });
  return {
    shaders: [
      {
        ...product,
        bindings: [
          reads('x', required(x, 'x').place),
          reads('dY', required(dY, 'dY').place),
          ...partialSums.bindings(weight, dBias, parts),
        ],
      },
    ],
    sums: partialSums.of(weight, dBias, parts),
  };
};

/** Four images of row `k` of a value. */
function column(name: string, pitch: number): string {
  return `if (column >= ${pitch}u) { return vec4f(0.0); }
      return ${name}[(k * ${pitch}u + column) / 4u];`;
}
