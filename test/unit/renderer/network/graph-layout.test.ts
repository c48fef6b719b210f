import { describe, expect, test } from 'vitest';
import { describeModel } from '../../../../core/graph/describe.ts';
import { buildGraph } from '../../../../core/graph/graph.ts';
import { parseModel } from '../../../../core/graph/parse.ts';
import { presets } from '../../../../core/models/index.ts';
import { layOutGraph } from '../../../../renderer/components/network/graph-layout.ts';

const size = { width: 100, height: 40, gap: { x: 10, y: 20 } };
const model = (layers: Record<string, unknown>[]) =>
  describeModel(
    buildGraph(parseModel({ version: 1, name: 'm', input: [2, 8, 8], layers, loss: { type: 'mse' } })),
    1,
  );

const inception = model([
  { id: 'A', type: 'conv', filters: 4, kernel: 3, pad: 1, activation: 'relu' },
  { id: 'P', type: 'conv', filters: 2, kernel: 1, from: ['A'] },
  { id: 'Q', type: 'conv', filters: 2, kernel: 1, from: ['A'] },
  { id: 'Q2', type: 'conv', filters: 2, kernel: 3, pad: 1, from: ['Q'] },
  { id: 'R', type: 'pool', mode: 'max', size: 3, stride: 1, pad: 1, from: ['A'] },
  { id: 'J', type: 'concat', from: ['P', 'Q2', 'R'] },
  { id: 'OUT', type: 'dense', units: 3 },
]);
const twoRoads = model([
  { id: 'A', type: 'conv', filters: 2, kernel: 3, from: ['input'] },
  { id: 'B', type: 'pool', mode: 'mean', size: 2, from: ['input'] },
  { id: 'J', type: 'concat', from: ['A', 'B', 'input'] },
  { id: 'OUT', type: 'dense', units: 3 },
]);
const presetModels = presets.map(({ name, model: make, options }) => ({
  name,
  described: describeModel(buildGraph(parseModel(make(options.parse({})))), 1),
}));
const examples = [
  { name: 'branches of different length', described: inception },
  { name: 'an input that several layers take', described: twoRoads },
  ...presetModels,
];

describe.each(examples)('$name', ({ described }) => {
  const { nodes, edges, width, height } = layOutGraph(described, size);
  const boxes = nodes.map(({ id, x, y }) => ({
    id,
    left: x - size.width / 2,
    right: x + size.width / 2,
    top: y,
    bottom: y + size.height,
  }));

  test('every layer has a place of its own within the picture', () => {
    expect(nodes.map(({ id }) => id).sort()).toEqual(
      ['input', ...described.layers.map(({ id }) => id)].sort(),
    );
    for (const [i, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.right).toBeLessThanOrEqual(width);
      expect(a.bottom).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });

  test('every connection leads downwards from the one to the other, and through no layer', () => {
    const wanted = described.layers.flatMap(({ id, from }) =>
      [...new Set(from)].map((source) => `${source} ${id}`),
    );
    expect(edges.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(wanted.sort());
    for (const { from, to, points } of edges) {
      for (const [i, point] of points.slice(1).entries())
        expect(point.y).toBeGreaterThan((points[i] as { y: number }).y);
      for (const { x, y } of points.slice(1, -1)) {
        const hit = boxes.find((box) => x > box.left && x < box.right && y >= box.top && y <= box.bottom);
        expect(hit?.id, `${from} to ${to}`).toBeUndefined();
      }
    }
  });
});

test('a chain is one straight column', () => {
  const lenet = presetModels.find(({ name }) => name === 'lenet-5')?.described;
  const { nodes } = layOutGraph(lenet as never, size);
  expect(new Set(nodes.map(({ x }) => x)).size).toBe(1);
  expect(nodes.map(({ y }) => y)).toEqual(nodes.map((_, i) => i * 60));
});
