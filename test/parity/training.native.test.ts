import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backend, Program, ProgramState } from '../../core/backends/backend.ts';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { readCheckpoint, writeCheckpoint } from '../../core/train/checkpoints.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { start } from '../../core/train/position.ts';
import { relativeError } from '../support/compare.ts';
import { centred, lenetPlan, noisySamples } from '../support/lenet.ts';
import { drawBatch } from '../support/plans.ts';
import { temporaryFolder } from '../support/project.ts';
import { trainStepByStep } from '../support/split-training.ts';

const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0.01 } as const;
const samples = noisySamples(150, 7);

async function compiled(backend: Backend, plan: Plan, threads = 1): Promise<Program> {
  const program = await backend.compile(plan, { threads, batchSize: 40, optimizer });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  program.attach('train', samples, centred);
  return program;
}

/** Four steps: three whole batches and one of 13, which fills no slice. */
const order = Uint32Array.from({ length: 133 }, (_, i) => (i * 37) % 150);
const moment = { seed: 3, step: 0 };
const request = { order, batchSize: 40, rates: Float32Array.of(0.05, 0.04, 0.03, 0.02), moment };

function stateBits({ parameters, optimizer: velocities }: ProgramState): Map<string, string> {
  const named = [...parameters, ...velocities];
  return new Map(named.map(([name, values]) => [name, Buffer.from(values.buffer).toString('base64')]));
}

async function trainedBits(backend: Backend, plan: Plan, threads: number): Promise<Map<string, string>> {
  const program = await compiled(backend, plan, threads);
  const report = await program.train('train', request);
  expect(report).toMatchObject({ steps: 4, samples: 133, nonFinite: null });
  return stateBits(await program.state());
}

const conv = (id: string, filters: number, kernel: number, activation: string, pad = 0) => ({
  id,
  type: 'conv',
  filters,
  kernel,
  pad,
  activation,
});
const pool = (id: string, mode: string, size: number) => ({ id, type: 'pool', mode, size });
const dense = (id: string, units: number, activation = 'linear') => ({
  id,
  type: 'dense',
  units,
  activation,
});

function planOf(name: string, layers: readonly object[]): Plan {
  const loss = { type: 'softmax-cross-entropy' };
  const model = { version: 1, name, input: [1, 32, 32], layers, loss };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

/** Trains for the steps of `request`, asked for one by one. */
async function trainedOneByOne(plan: Plan): Promise<Map<string, string>> {
  const program = await compiled(createNativeBackend(), plan, 2);
  for (let step = 0; step < 4; step++) {
    await program.train('train', {
      order: order.subarray(step * 40, (step + 1) * 40),
      batchSize: 40,
      rates: request.rates.subarray(step, step + 1),
      moment: { ...moment, step },
    });
  }
  return stateBits(await program.state());
}

const normalised = () =>
  planOf('normalised', [
    { ...conv('A', 9, 5, 'linear'), bias: false },
    { id: 'B', type: 'batch-norm', activation: 'relu' },
    pool('C', 'max', 2),
    { id: 'D', type: 'lrn', n: 3, alpha: 0.1 },
    { id: 'E', type: 'dropout', rate: 0.2 },
    dense('F', 50, 'elu'),
    { id: 'G', type: 'batch-norm' },
    { id: 'H', type: 'dropout' },
    dense('I', 10),
  ]);

/** What LeNet-5 has not: maps in several tiles, padding, rows left over by pooling, weights beyond the second cache. */
const others: Readonly<Record<string, () => Plan>> = {
  'layers that take turns on rows': () =>
    planOf('rows', [
      conv('A', 12, 5, 'relu'),
      pool('B', 'mean', 2),
      conv('C', 9, 3, 'tanh', 1),
      pool('D', 'max', 3),
      dense('E', 10),
    ]),
  'dense layers too large for a cache': () =>
    planOf('large', [dense('A', 400, 'tanh'), dense('B', 700, 'relu'), dense('C', 10)]),
  'locally connected layers': () =>
    planOf('local', [
      { id: 'A', type: 'local', filters: 6, kernel: 5, region: 7, activation: 'relu' },
      pool('B', 'max', 2),
      { id: 'C', type: 'local', filters: 5, kernel: 3, activation: 'tanh' },
      dense('D', 10),
    ]),
  'normalisation over the batch, and dropout': normalised,
};

for (const [name, plan] of Object.entries(others)) {
  describe(`training ${name} on the CPU`, () => {
    it('gives bit-identical weights with 1, 2, 3 and 7 threads', async () => {
      const alone = await trainedBits(createNativeBackend(), plan(), 1);
      for (const threads of [2, 3, 7]) {
        expect(await trainedBits(createNativeBackend(), plan(), threads)).toEqual(alone);
      }
    });

    it('gives bit-identical weights on every SIMD path with fused multiply-add', async () => {
      const [first, ...rest] = await Promise.all(
        fusedPaths().map((simd) => trainedBits(createNativeBackend({ simd }), plan(), 2)),
      );
      for (const other of rest) expect(other).toEqual(first);
    });

    it('gives the same weights whether steps are asked for at once or one by one', async () => {
      expect(await trainedOneByOne(plan())).toEqual(await trainedBits(createNativeBackend(), plan(), 2));
    });

    it('agrees with the reference in its weights', async () => {
      const backends = [createNativeBackend(), createReferenceBackend()];
      const states = backends.map(async (backend) => {
        const program = await compiled(backend, plan(), 2);
        await program.train('train', request);
        return (await program.state()).parameters;
      });
      const [actual, wanted] = await Promise.all(states);
      for (const [parameter, data] of actual ?? []) {
        const shape = [data.length];
        const expected = { shape, data: wanted?.get(parameter) ?? new Float32Array() };
        expect(relativeError({ shape, data }, expected), parameter).toBeLessThan(1e-4);
      }
    });
  });
}

const fusedPaths = () => simdPaths().filter((simd) => simd !== 'baseline');

describe('training LeNet-5 on the CPU', () => {
  for (const simd of simdPaths()) {
    it(`gives bit-identical weights with 1, 2, 3 and 7 threads, ${simd}`, async () => {
      const backend = createNativeBackend({ simd });
      const plan = lenetPlan();
      const alone = await trainedBits(backend, plan, 1);
      for (const threads of [2, 3, 7]) expect(await trainedBits(backend, plan, threads)).toEqual(alone);
    });
  }

  it('gives bit-identical weights on every SIMD path with fused multiply-add', async () => {
    const [first, ...rest] = await Promise.all(
      fusedPaths().map((simd) => trainedBits(createNativeBackend({ simd }), lenetPlan(), 2)),
    );
    for (const other of rest) expect(other).toEqual(first);
  });

  it('gives the same weights whether steps are asked for at once or one by one', async () => {
    const plan = lenetPlan({ activation: 'relu' });
    const together = await trainedBits(createNativeBackend(), plan, 2);
    expect(await trainedOneByOne(plan)).toEqual(together);
  });

  for (const loss of ['softmax-cross-entropy', 'mse']) {
    it(`agrees with the reference in weights, losses, counts and predictions, ${loss}`, async () => {
      const plan = lenetPlan({ loss });
      const [native, reference] = await Promise.all([
        compiled(createNativeBackend(), plan, 2),
        compiled(createReferenceBackend(), plan),
      ]);
      const [actual, expected] = await Promise.all([
        native.train('train', request),
        reference.train('train', request),
      ]);
      expect(actual).toMatchObject({ ...expected, lossSum: expect.closeTo(expected.lossSum, 2) });
      const wanted = await reference.state();
      for (const [name, data] of (await native.state()).parameters) {
        const shape = [data.length];
        const error = relativeError({ shape, data }, { shape, data: wanted.parameters.get(name) ?? data });
        expect(error, name).toBeLessThan(1e-4);
      }
      const indices = Uint32Array.from({ length: 53 }, (_, i) => 149 - i);
      const [found, right] = await Promise.all([
        native.evaluate('train', indices),
        reference.evaluate('train', indices),
      ]);
      expect(found).toEqual({ ...right, lossSum: expect.closeTo(right.lossSum, 3) });
    });
  }

  it('leaves absent connections at 0, whatever a checkpoint holds there', async () => {
    const plan = lenetPlan();
    const program = await compiled(createNativeBackend(), plan);
    const ones = new Map(
      plan.parameters.map(({ name, shape }) => [
        name,
        new Float32Array(shape.reduce((a, b) => a * b)).fill(0.01),
      ]),
    );
    program.setState({ parameters: ones, optimizer: new Map() });
    await program.train('train', request);
    const c3 = plan.parameters.find(({ name }) => name === 'C3.weight');
    const weights = (await program.state()).parameters.get('C3.weight');
    const absent = weights?.filter((_, i) => c3?.mask?.[i] === 0);
    expect(absent?.length).toBe(36 * 25);
    expect(absent?.every((weight) => weight === 0)).toBe(true);
  });
});

describe('what is kept of weights and gradients on the CPU', () => {
  const adam = { type: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decoupled: true } as const;
  const kinds = {
    clip: { type: 'norm', bound: 0.5 },
    average: 0.9,
    optimizer: { ...adam, weightDecay: 0.1 },
  } as const;

  async function states(backend: Backend, threads: number): Promise<ProgramState> {
    const plan = lenetPlan({ activation: 'tanh' });
    const program = await backend.compile(plan, { threads, batchSize: 40, ...kinds });
    program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
    program.attach('train', samples, centred);
    await program.train('train', { ...request, rates: new Float32Array(4).fill(0.001) });
    return program.state();
  }

  it('is the same to the bit with 1, 2, 3 and 7 threads, and on every fused path', async () => {
    const alone = stateBits(await states(createNativeBackend(), 1));
    expect([...alone.keys()]).toEqual(expect.arrayContaining(['C1.weight.first', 'C1.weight.average']));
    for (const threads of [2, 3, 7]) {
      expect(stateBits(await states(createNativeBackend(), threads))).toEqual(alone);
    }
    for (const simd of fusedPaths()) {
      expect(stateBits(await states(createNativeBackend({ simd }), 2))).toEqual(alone);
    }
  });

  it('agrees with the reference: clipped gradients, Adam’s means, the average of the weights', async () => {
    const [found, wanted] = [
      await states(createNativeBackend(), 2),
      await states(createReferenceBackend(), 1),
    ];
    for (const kept of ['parameters', 'optimizer'] as const) {
      expect([...found[kept].keys()]).toEqual([...wanted[kept].keys()]);
      for (const [name, data] of found[kept]) {
        const shape = [data.length];
        const expected = { shape, data: wanted[kept].get(name) ?? new Float32Array() };
        expect(relativeError({ shape, data }, expected), name).toBeLessThan(3e-4);
      }
    }
  });
});

describe('a probe on the CPU', () => {
  it('of more samples than a batch is one batch', async () => {
    const plan = lenetPlan({}, true);
    const state = { parameters: initialParameters(plan, 5), optimizer: new Map() };
    const batch = drawBatch(plan, 37, 1);
    const probe = async (batchSize: number) => {
      const program = await createNativeBackend().compile(plan, { threads: 2, batchSize, optimizer });
      program.setState(state);
      return program.probe(batch);
    };
    expect(await probe(16)).toEqual(await probe(37));
  });
});

describe('the sum of the losses', () => {
  it.each([
    ['the CPU', createNativeBackend],
    ['the reference', createReferenceBackend],
  ])('has the same bits on %s however the steps are cut into calls', async (_, create) => {
    const at = { ...request, lossSum: 0.1 };
    const whole = await (await compiled(create(), lenetPlan(), 2)).train('train', at);
    const cut = await trainStepByStep(await compiled(create(), lenetPlan(), 2), 'train', at);
    expect(whole.lossSum).toBeGreaterThan(133 * 0.1);
    expect(cut).toBe(whole.lossSum);
  });
});

describe('a step that is not finite', () => {
  it('is reported with its step and layer, and nothing is updated from it on', async () => {
    const program = await compiled(createNativeBackend(), lenetPlan({ activation: 'relu' }), 2);
    const first = { order: order.subarray(0, 40), batchSize: 40, rates: Float32Array.of(3e38), moment };
    await program.train('train', first);
    const before = stateBits(await program.state());
    const report = await program.train('train', request);
    // C1 stays just finite; the sum under S2's windows does not.
    expect(report).toMatchObject({ steps: 0, samples: 0, nonFinite: { step: 0, layer: 'S2' } });
    expect(stateBits(await program.state())).toEqual(before);
  });

  it('names the layer where the first such number arose', async () => {
    const plan = lenetPlan();
    const program = await compiled(createNativeBackend(), plan);
    const broken = new Map([['F6.bias', new Float32Array(84).fill(Number.NaN)]]);
    program.setState({ parameters: broken, optimizer: new Map() });
    const report = await program.train('train', request);
    expect(report.nonFinite).toEqual({ step: 0, layer: 'F6' });
  });

  it('keeps what came before it in the same call', async () => {
    const program = await compiled(createNativeBackend(), lenetPlan({ activation: 'relu' }), 2);
    const report = await program.train('train', {
      ...request,
      rates: Float32Array.of(0.01, 3e38, 0.01, 0.01),
    });
    expect(report).toMatchObject({ steps: 2, samples: 80, nonFinite: { step: 2 } });
  });
});

describe('running statistics and dropout', () => {
  it('go through a checkpoint, so that a resumed run ends in the same bits', async () => {
    using folder = temporaryFolder();
    const plan = normalised();
    const first = await compiled(createNativeBackend(), plan, 2);
    const half = { ...request, order: order.subarray(0, 80), rates: request.rates.subarray(0, 2) };
    await first.train('train', half);
    const path = join(folder.path, 'epoch-0.safetensors');
    const data = { name: 'noise', hash: '', classes: [], mean: [], deviation: [] };
    const { sha256 } = await writeCheckpoint(path, plan, await first.state(), start, data);
    const { state } = await readCheckpoint(path, sha256);
    expect(state.parameters.get('B.variance')?.every((value) => value !== 1)).toBe(true);
    const resumed = await compiled(createNativeBackend(), plan, 2);
    resumed.setState(state);
    await resumed.train('train', {
      ...request,
      order: order.subarray(80),
      rates: request.rates.subarray(2),
      moment: { ...moment, step: 2 },
    });
    expect(stateBits(await resumed.state())).toEqual(await trainedBits(createNativeBackend(), plan, 2));
  });
});
