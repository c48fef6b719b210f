import { afterAll, describe, expect, it } from 'vitest';
import type { Backend, ProbeReport } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { smallTiles, tileName, windowTiles } from '../../core/backends/webgpu/kernels/tiles.ts';
import { lowerPlan } from '../../core/backends/webgpu/lower.ts';
import { TileBook } from '../../core/backends/webgpu/tile-book.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { relativeError } from '../support/compare.ts';
import { drawBatch } from '../support/plans.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

function twoPoolings(mode: 'max' | 'mean'): Plan {
  return planOf([
    { id: 'A', type: 'conv', filters: 9, kernel: 3, pad: 1, activation: 'tanh' },
    { id: 'B', type: 'pool', mode, size: 2 },
    { id: 'C', type: 'conv', filters: 4, kernel: 2, stride: 2, bias: false },
    { id: 'D', type: 'pool', mode, size: 2 },
    { id: 'E', type: 'dense', units: 3 },
  ]);
}

function planOf(layers: readonly object[], toInput = false): Plan {
  const model = { version: 1, name: 'pooled', input: [2, 16, 8], layers, loss: { type: 'mse' } };
  return compilePlan(buildGraph(parseModel(model)), { retain: true, ...(toInput && { backward: 'input' }) });
}

describe.skipIf(missing)(`pooling as it is written${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  afterAll(() => gpu.close());
  const apart = new TileBook(gpu, { shapes: smallTiles });
  const lower = (plan: Plan, tiles: TileBook) => lowerPlan(plan, { pitch: 12, tiles, subgroups: false });
  const labels = (plan: Plan, tiles: TileBook) => lower(plan, tiles).forward.map(({ kernel }) => kernel);

  async function probeOn(
    backend: Backend,
    plan: Plan,
    parameters = initialParameters(plan, 3),
  ): Promise<ProbeReport> {
    const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;
    const program = await backend.compile(plan, { threads: 1, batchSize: 9, optimizer });
    program.setState({ parameters, optimizer: new Map() });
    const report = await program.probe(drawBatch(plan, 9, 1));
    program.dispose();
    return report;
  }
  const probe = (plan: Plan, tiles: TileBook) => probeOn(testBackend(gpu, tiles), plan);

  function expectClose(actual: ProbeReport, expected: ProbeReport): void {
    for (const kind of ['outputs', 'gradients'] as const) {
      expect([...actual[kind].keys()]).toEqual([...expected[kind].keys()]);
      for (const [name, tensor] of actual[kind]) {
        expect(relativeError(tensor, expected[kind].get(name) ?? tensor), name).toBeLessThan(1e-5);
      }
    }
  }

  /** Every tile with one of both. */
  const some = { max: windowTiles.slice(0, 2), mean: windowTiles.slice(2) };
  for (const mode of ['max', 'mean'] as const) {
    it(`spares a dispatch for each ${mode} pooling of 2 x 2, and comes to the same bits`, async () => {
      const plan = twoPoolings(mode);
      const pooling = `${mode}-pool.forward`;
      expect(labels(plan, apart).filter((kernel) => kernel === pooling)).toHaveLength(2);
      const expected = await probe(plan, apart);
      for (const tile of some[mode]) {
        const tiles = new TileBook(gpu, { shapes: [...smallTiles, tile] });
        expect(labels(plan, tiles), tileName(tile)).not.toContain(pooling);
        expect(await probe(plan, tiles), tileName(tile)).toEqual(expected);
      }
      expectClose(expected, await probeOn(createReferenceBackend(), plan));
    });

    it(`hands gradients back through each ${mode} pooling of 2 x 2 as they are written`, async () => {
      const pool = { type: 'pool', mode, size: 2 };
      const plan = planOf([
        { id: 'A', type: 'conv', filters: 5, kernel: 3, pad: 1, activation: 'tanh' },
        { id: 'B', ...pool, activation: 'sigmoid' },
        { id: 'C', type: 'lrn', n: 3, k: 1, alpha: 0.5, beta: 0.75 },
        { id: 'D', type: 'conv', filters: 4, kernel: 3, pad: 1 },
        { id: 'E', ...pool },
        { id: 'F', type: 'dense', units: 3 },
      ]);
      const spared = /^(activation|(max|mean)-pool)\.backward$/;
      expect(lower(plan, apart).backward.filter(({ kernel }) => spared.test(kernel))).toEqual([]);
      // All pixels of a window are alike where the weights are 0: the first of them takes the gradient.
      const alike = new Map(initialParameters(plan, 3)).set('D.weight', new Float32Array(4 * 5 * 9));
      for (const parameters of [initialParameters(plan, 3), alike]) {
        const on = (backend: Backend) => probeOn(backend, plan, parameters);
        expectClose(await on(testBackend(gpu, apart)), await on(createReferenceBackend()));
      }
    });
  }

  it('does not hand back what others read too, nor in a plan that is there to be looked at', () => {
    const pool = { type: 'pool', mode: 'max', size: 2 };
    const layers = [
      { id: 'A', type: 'conv', filters: 2, kernel: 3, pad: 1 },
      { id: 'B', ...pool, bias: true, activation: 'tanh' },
      { id: 'C', type: 'dense', units: 3 },
    ];
    const backward = (plan: Plan) => lower(plan, apart).backward.map(({ kernel }) => kernel);
    expect(backward(planOf(layers))).toContain('max-pool.backward');
    const residual = [
      { id: 'A', type: 'conv', filters: 2, kernel: 3, pad: 1 },
      { id: 'B', type: 'conv', filters: 2, kernel: 3, pad: 1, activation: 'tanh' },
      { id: 'C', type: 'add', from: ['A', 'B'] },
      { id: 'D', type: 'dense', units: 3 },
    ];
    expect(backward(planOf(residual))).toContain('activation.backward');
    expect(backward(planOf([layers[0] ?? {}, { id: 'B', ...pool }, layers[2] ?? {}], true))).toContain(
      'max-pool.backward',
    );
  });

  it('leaves windows alone that overlap, or do not cover the maps', () => {
    const first = (filters: number, kernel: number, pool: object) => {
      const layers = [
        { id: 'A', type: 'conv', filters, kernel },
        { id: 'B', type: 'pool', ...pool },
      ];
      return labels(planOf(layers), new TileBook(gpu));
    };
    expect(first(3, 1, { mode: 'max', size: 2 })).toEqual(['conv2d.forward']);
    expect(first(3, 1, { mode: 'max', size: 3, stride: 2 })[1]).toBe('max-pool.forward');
    expect(first(3, 1, { mode: 'mean', size: 2, stride: 1 })[1]).toBe('mean-pool.forward');
    expect(first(3, 1, { mode: 'mean', size: 2, pad: 1 })[1]).toBe('mean-pool.forward');
    expect(first(3, 2, { mode: 'mean', size: 2 })[1]).toBe('mean-pool.forward');
  });
});
