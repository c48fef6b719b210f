import { z } from 'zod';
import { boolean, field, integer } from '../contract/fields.ts';
import type { Shape } from '../kernels/kernel.ts';
import { elements, mapShape } from '../kernels/shape.ts';
import { initField } from '../train/initializers.ts';
import { connectionCount, connectionTable, connectionTables } from './connections.ts';
import { activationField, type LayerDefinition, layerSchema, only, shapeError } from './layer.ts';
import { emitWeighted, finishingFlops, weightedParameters } from './weighted.ts';
import { kernelWindow, padField, pairOf, type Sides, sides, slide, slidPart } from './window.ts';

const schema = layerSchema('conv', {
  filters: integer({ label: 'Filters', help: 'Number of output maps.', minimum: 1 }),
  kernel: field<Sides>(sides, {
    label: 'Kernel',
    help: 'Side of the square kernel, or [height, width].',
    unit: 'pixels',
    kind: 'integer',
    minimum: 1,
  }),
  stride: integer({
    label: 'Stride',
    help: 'Step of the kernel over the maps.',
    unit: 'pixels',
    default: 1,
    minimum: 1,
  }),
  pad: padField,
  groups: integer({
    label: 'Groups',
    help: 'Input and output maps are split into this many groups that do not see each other.',
    default: 1,
    minimum: 1,
  }),
  connections: field<string | string[] | undefined>(
    z
      .union([
        z.enum(Object.keys(connectionTables)),
        z.array(z.string().regex(/^[X.]+$/, 'must be made of X (connected) and . (not connected)')).min(1),
      ])
      .optional(),
    {
      label: 'Connections',
      help: 'Which input maps each filter reads (44): a table by name; by default all.',
      kind: 'choice',
      choices: Object.keys(connectionTables).map((name) => ({ value: name, label: name })),
    },
  ),
  bias: boolean({ label: 'Bias', help: 'One number added to each output map.', default: true }),
  activation: activationField,
  init: initField,
});
type ConvSpec = z.output<typeof schema>;

/** Convolution (1) with its activation (2): every filter slides over all the maps of its group, or those of its table. */
export const conv: LayerDefinition<ConvSpec> = {
  type: 'conv',
  label: 'Convolution',
  help: 'Filters that slide over the maps and share their weights.',
  schema,
  takes: 'one',

  shape(spec, inputs) {
    const [channels, height, width] = slide(spec, inputs, 'kernel', kernelWindow(spec));
    checkGroups(spec, inputs, channels);
    checkConnections(spec, inputs, channels);
    return [spec.filters, height, width];
  },

  window: kernelWindow,

  parameters(spec, inputs) {
    const [channels] = mapShape(only(inputs));
    const [kernelHeight, kernelWidth] = pairOf(spec.kernel);
    const table = spec.connections && connectionTable(spec.connections);
    const pixels = kernelHeight * kernelWidth;
    // With a table the filters differ in fan-in; one bound for the whole layer, from the mean.
    const fanIn = pixels * (table ? connectionCount(table) / spec.filters : channels / spec.groups);
    const fanOut = pixels * (table ? connectionCount(table) / channels : spec.filters / spec.groups);
    const weight = [spec.filters, channels / spec.groups, kernelHeight, kernelWidth];
    return weightedParameters(spec, {
      weight,
      bias: [spec.filters],
      fanIn,
      fanOut,
      ...(table && { mask: connectionMask(table, weight) }),
    });
  },

  flops(spec, inputs, output) {
    const [channels] = mapShape(only(inputs));
    const [kernelHeight, kernelWidth] = pairOf(spec.kernel);
    const [filters, height, width] = mapShape(output);
    const pairs = spec.connections
      ? connectionCount(connectionTable(spec.connections))
      : (filters * channels) / spec.groups;
    return height * width * (2 * pairs * kernelHeight * kernelWidth + finishingFlops(spec) * filters);
  },

  // (1): x_j = f(sum over i of x_i * k_ij + b_j)
  explain(spec, place, { inputs, parameter }) {
    const { channel } = place;
    const x = only(inputs);
    const [channels] = mapShape(x.shape);
    const pixels = elements(pairOf(spec.kernel));
    const table = spec.connections && connectionTable(spec.connections);
    const perGroup = channels / spec.groups;
    const first = Math.floor(channel / (spec.filters / spec.groups)) * perGroup;
    const weight = parameter('weight');
    const parts = Array.from({ length: perGroup }, (_, i) => i)
      .filter((i) => !table || table[first + i]?.[channel] === 'X')
      .map((i) => {
        const start = (channel * perGroup + i) * pixels;
        return slidPart(x, kernelWindow(spec), place, first + i, weight.slice(start, start + pixels));
      });
    const bias = spec.bias ? (parameter('bias')[channel] as number) : null;
    return { combine: 'sum', parts, gain: null, bias, activation: spec.activation };
  },

  emit(spec, inputs, emitter) {
    const { stride, pad, groups, connections } = spec;
    const table = connections && { connections: [...connectionTable(connections)] };
    return emitWeighted(spec, only(inputs), emitter, {
      name: 'conv2d',
      attributes: { stride, pad, groups, ...table },
      ofWeight: { kernel: pairOf(spec.kernel) },
    });
  },

  gradientChecks: [
    { name: 'plain', input: [2, 5, 4], layers: [{ id: 'L', type: 'conv', filters: 3, kernel: 3 }] },
    {
      name: 'stride, padding, oblong kernel, no bias',
      input: [2, 6, 5],
      layers: [
        {
          id: 'L',
          type: 'conv',
          filters: 2,
          kernel: [2, 3],
          stride: 2,
          pad: 1,
          bias: false,
          activation: 'tanh',
        },
      ],
    },
    {
      name: 'groups',
      input: [4, 4, 4],
      layers: [{ id: 'L', type: 'conv', filters: 2, kernel: 3, groups: 2, activation: 'sigmoid' }],
    },
    {
      name: 'connection table',
      input: [3, 4, 4],
      layers: [
        {
          id: 'L',
          type: 'conv',
          filters: 2,
          kernel: 3,
          connections: ['X.', '.X', 'XX'],
          activation: 'sigmoid',
        },
      ],
    },
    {
      name: 'gelu, whose slope needs the sums',
      input: [2, 4, 4],
      layers: [{ id: 'L', type: 'conv', filters: 3, kernel: 3, activation: 'gelu' }],
    },
    {
      name: 'relu',
      input: [2, 4, 4],
      layers: [{ id: 'L', type: 'conv', filters: 3, kernel: 3, activation: 'relu' }],
      kinked: true,
    },
  ],
};

/** [height, width] */
function connectionMask(table: readonly string[], shape: Shape): Uint8Array {
  const [filters = 0, channels = 0, ...kernel] = shape;
  const pixels = elements(kernel);
  const mask = new Uint8Array(filters * channels * pixels);
  for (let filter = 0; filter < filters; filter++) {
    for (let channel = 0; channel < channels; channel++) {
      if (table[channel]?.[filter] !== 'X') continue;
      const start = (filter * channels + channel) * pixels;
      mask.fill(1, start, start + pixels);
    }
  }
  return mask;
}

function checkGroups(spec: ConvSpec, inputs: readonly Shape[], channels: number): void {
  if (channels % spec.groups === 0 && spec.filters % spec.groups === 0) return;
  throw shapeError(
    spec,
    inputs,
    `${spec.groups} groups do not divide both ${channels} input maps and ${spec.filters} filters`,
    'choose a number of groups that divides both',
  );
}

function checkConnections(spec: ConvSpec, inputs: readonly Shape[], channels: number): void {
  if (!spec.connections) return;
  const table = connectionTable(spec.connections);
  const columns = [...new Set(table.map((row) => row.length))];
  if (table.length !== channels || columns.length !== 1 || columns[0] !== spec.filters) {
    throw shapeError(
      spec,
      inputs,
      `the connection table has ${table.length} rows of ${columns.join(' and ')} columns, for ${channels} input maps and ${spec.filters} filters`,
      'write one string per input map, with one character per filter',
    );
  }
  if (spec.groups !== 1) {
    throw shapeError(
      spec,
      inputs,
      'a connection table and groups exclude each other',
      'leave one of them out',
    );
  }
  const unread = [...table[0]!].findIndex((_, filter) => table.every((row) => row[filter] !== 'X'));
  if (unread >= 0) {
    throw shapeError(
      spec,
      inputs,
      `filter ${unread} (counted from 0) reads no map`,
      'give each column of the connection table at least one X',
    );
  }
}
