import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { workOut } from '../../core/engine/inspector/arithmetic.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import type { GraphLayer } from '../../core/graph/graph.ts';
import { elements } from '../../core/kernels/shape.ts';
import type { Place, SampleValue } from '../../core/layers/explain.ts';
import { layers } from '../../core/layers/index.ts';
import { checkGraph, drawBatch, drawState } from '../support/plans.ts';

/** Whose outputs are no sum of products: they compare or normalise. */
const unexplained = ['lrn', 'rbf', 'softmax'];

test('every other layer explains its outputs', () => {
  const without = [...layers.values()].filter(({ explain }) => !explain).map(({ type }) => type);
  expect(without.sort()).toEqual(unexplained);
});

describe('the numbers that explain an output come to it', () => {
  for (const { type, gradientChecks } of layers.values()) {
    if (unexplained.includes(type)) continue;
    test.each(gradientChecks.map((check) => [check.name, check] as const))(
      `${type}, %s`,
      async (_, check) => {
        const graph = checkGraph(check);
        const plan = compilePlan(graph, { retain: true });
        const state = drawState(plan, 3);
        const program = await createReferenceBackend().compile(plan, {
          threads: 1,
          batchSize: 1,
          optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
        });
        program.setState(state);
        const batch = drawBatch(plan, 1, 3);
        const { outputs } = await program.probe(batch);
        const lookUp = (id: string): SampleValue => {
          if (id === 'input') return { shape: graph.input, data: batch.x };
          const { shape = [], data = [] } = outputs.get(`${id}.out`) ?? {};
          return { shape: shape.slice(1), data };
        };
        for (const layer of graph.layers.filter(({ spec }) => spec.type === type)) {
          const expected = lookUp(layer.id).data;
          const found = placesOf(layer).map((place) => explained(layer, place, lookUp, state.parameters));
          expect(found).toHaveLength(expected.length);
          for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
        }
      },
    );
  }
});

function explained(
  layer: GraphLayer,
  place: Place,
  lookUp: (id: string) => SampleValue,
  parameters: ReadonlyMap<string, Float32Array>,
): number | undefined {
  const explanation = layer.definition.explain?.(layer.spec, place, {
    inputs: layer.from.map(lookUp),
    shape: layer.shape,
    parameter: (role) => parameters.get(`${layer.id}.${role}`) as Float32Array,
  });
  return explanation && workOut(explanation, layer.from).result;
}

function placesOf({ shape }: GraphLayer): Place[] {
  const [, rows = 1, columns = 1] = shape;
  return Array.from({ length: elements(shape) }, (_, i) => ({
    channel: Math.floor(i / (rows * columns)),
    row: Math.floor(i / columns) % rows,
    column: i % columns,
  }));
}
