import type { ModelDescription } from '../contract/runs.ts';
import { compilePlan, countParameter } from './compile.ts';
import type { Graph, GraphLayer } from './graph.ts';

const bytesPerNumber = 4;

/** Layers with shapes, parameters and floating-point operations, and the memory of a training step. */
export function describeModel(graph: Graph, batchSize: number): ModelDescription {
  const layers = graph.layers.map(describeLayer);
  const parameters = sum(layers.map((layer) => layer.parameters));
  return {
    name: graph.name,
    input: [...graph.input],
    layers,
    parameters,
    flops: sum(layers.map((layer) => layer.flops)),
    memoryBytes: memoryBytes(graph, batchSize),
  };
}

function describeLayer(layer: GraphLayer): ModelDescription['layers'][number] {
  const { id, spec, definition, from, shape, inputShapes, parameters } = layer;
  const activation = activationOf(spec);
  const window = definition.window?.(spec);
  return {
    id,
    type: spec.type,
    from: [...from],
    shape: [...shape],
    parameters: sum(parameters.map(countParameter)),
    flops: definition.flops(spec, inputShapes, shape),
    ...(activation && { activation }),
    ...(window && { window: { ...window, size: [...window.size] } }),
  };
}

/** What is applied to the layer's output, where it is anything. */
function activationOf(spec: object): string | undefined {
  const named = 'activation' in spec ? spec.activation : 'fn' in spec ? spec.fn : undefined;
  return typeof named === 'string' && named !== 'linear' ? named : undefined;
}

/** Values of a batch, and weight, gradient and velocity of every parameter. */
function memoryBytes(graph: Graph, batchSize: number): number {
  const plan = compilePlan(graph, { retain: false });
  const stored = sum(
    plan.parameters.map(({ shape }) => shape.reduce((product, extent) => product * extent, 1)),
  );
  return bytesPerNumber * (plan.arenaSize * batchSize + 3 * stored);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
