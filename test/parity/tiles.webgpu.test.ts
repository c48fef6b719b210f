import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { smallTiles, tileName, tiles } from '../../core/backends/webgpu/kernels/tiles.ts';
import { TileBook } from '../../core/backends/webgpu/tile-book.ts';
import { TileMemory } from '../../core/backends/webgpu/tile-memory.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { kernels } from '../../core/kernels/index.ts';
import type { Kernel } from '../../core/kernels/kernel.ts';
import { drawAwayFromKinks, faults } from '../support/kernels.ts';
import { temporaryFolder } from '../support/project.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

/** Kernels that are matrix products. */
const products = [...kernels.values()].filter(({ name }) => /^(conv2d|dense)\./.test(name));

/** All their cases; every tile takes one in so many, each another one. */
const cases = products.flatMap((kernel) => kernel.cases.map((of) => ({ kernel: kernel as Kernel, of })));
const oneIn = tiles.length;

describe.skipIf(missing)(`tiles of matrix products${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  afterAll(() => gpu.close());

  for (const [place, tile] of tiles.entries()) {
    it(`of ${tileName(tile)} come to the right numbers, and to the bits of any other`, async () => {
      const backend = testBackend(gpu, new TileBook(gpu, { shapes: [tile] }));
      for (const { kernel, of } of cases.filter((_, i) => (i + place) % oneIn === 0)) {
        const { call, expected } = await drawAwayFromKinks(kernel, of);
        const actual = await backend.runKernel(call);
        const usual = await testBackend(gpu).runKernel(call);
        expect(faults(kernel, actual, expected), `${kernel.name}, ${of.name}`).toEqual([]);
        expect(actual, `${kernel.name}, ${of.name}`).toEqual(usual);
      }
    });
  }
});

const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;

function smallPlan() {
  const layers = [
    { id: 'A', type: 'conv', filters: 2, kernel: 3, activation: 'tanh' },
    { id: 'B', type: 'dense', units: 5 },
  ];
  const model = { version: 1, name: 'small', input: [1, 6, 6], layers, loss: { type: 'mse' } };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

describe.skipIf(missing)(`tiles that were measured${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  afterAll(() => gpu.close());

  /** Compiles with what the folder remembers; submits that it took, and what the folder remembers then. */
  async function compiled(home: string) {
    const memory = new TileMemory(home, gpu.info);
    const shapes = smallTiles.slice(1, 3);
    const backend = testBackend(gpu, new TileBook(gpu, { memory, patience: 60_000, shapes }));
    const before = gpu.traffic.submits;
    const program = await backend.compile(smallPlan(), { threads: 1, batchSize: 8, optimizer });
    program.dispose();
    return { submits: gpu.traffic.submits - before, remembered: memory.read(), file: memory.file };
  }

  it('are remembered for the next program, one for each product, and measured again where the file is damaged', async () => {
    using home = temporaryFolder();
    const first = await compiled(home.path);
    expect(first.submits).toBeGreaterThan(0);
    const names = [...first.remembered.keys()].map((key) => key.split(' ')[0]).sort();
    expect(names).toEqual([
      'conv2d.backward-weight',
      'conv2d.forward',
      'dense.backward-input',
      'dense.backward-weight',
      'dense.forward',
    ]);
    const second = await compiled(home.path);
    expect(second.submits).toBe(0);
    expect(second.remembered).toEqual(first.remembered);
    writeFileSync(first.file, readFileSync(first.file, 'utf8').slice(0, 100));
    const third = await compiled(home.path);
    expect(third.submits).toBeGreaterThan(0);
    expect([...third.remembered.keys()].sort()).toEqual([...first.remembered.keys()].sort());
  });

  it('are taken as they were remembered, and by the rule where such a tile is not known', async () => {
    using home = temporaryFolder();
    const extents = { rows: 5, columns: 8, depth: 32, groups: 1, parts: 1, window: 1 } as const;
    const product = { kernel: 'dense.forward', extents };
    const chosen = () => new TileBook(gpu, { memory: new TileMemory(home.path, gpu.info) }).choose(product);
    const byRule = chosen();
    for (const tile of smallTiles) {
      const book = new TileBook(gpu, { memory: new TileMemory(home.path, gpu.info) });
      book.note(product, tile);
      book.keep();
      expect(chosen()).toBe(tile);
    }
    const { file } = new TileMemory(home.path, gpu.info);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/: "\d+x/, ': "999x'));
    expect(chosen()).toBe(byRule);
  });

  it('are none of a program that is only probed, nor of a software GPU', async () => {
    const memory = { read: () => new Map<string, string>() } as TileMemory;
    const before = gpu.traffic.submits;
    const probing = testBackend(gpu, new TileBook(gpu, { memory, patience: 60_000 }));
    const plan = { ...smallPlan(), retained: true };
    (await probing.compile(plan, { threads: 1, batchSize: 8, optimizer })).dispose();
    (await testBackend(gpu).compile(smallPlan(), { threads: 1, batchSize: 8, optimizer })).dispose();
    expect(gpu.traffic.submits).toBe(before);
  });
});
