import { afterAll, describe, expect, it } from 'vitest';
import type { Backend, CompileOptions, Program, ProgramState } from '../../core/backends/backend.ts';
import { createNativeBackend } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { bufferUse } from '../../core/backends/webgpu/dawn.ts';
import type { Gpu } from '../../core/backends/webgpu/device.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { relativeError } from '../support/compare.ts';
import { centred, lenetPlan, noisySamples } from '../support/lenet.ts';
import { drawBatch } from '../support/plans.ts';
import { trainStepByStep } from '../support/split-training.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();
const samples = noisySamples(150, 7);
const moment = { seed: 1, step: 0 };
const descent = { optimizer: { type: 'sgd', momentum: 0.9, weightDecay: 0.01 } } as const;
type Options = Pick<CompileOptions, 'optimizer' | 'clip' | 'average'>;

async function compiled(
  backend: Backend,
  plan: Plan,
  batchSize: number,
  options: Options = descent,
): Promise<Program> {
  const program = await backend.compile(plan, { threads: 1, batchSize, ...options });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  program.attach('train', samples, centred);
  return program;
}

/** Whole batches of 40 and one of 13. */
const order = Uint32Array.from({ length: 133 }, (_, i) => (i * 37) % 150);
const request = { order, batchSize: 40, rates: Float32Array.of(0.05, 0.04, 0.03, 0.02), moment };

/** Small enough for software, with everything that a step has. */
function smallPlan(): Plan {
  const layers = [
    { id: 'A', type: 'conv', filters: 4, kernel: 5, stride: 3, activation: 'tanh' },
    { id: 'B', type: 'pool', mode: 'mean', size: 2 },
    { id: 'C', type: 'dense', units: 10 },
  ];
  const loss = { type: 'softmax-cross-entropy' };
  const model = { version: 1, name: 'small', input: [1, 32, 32], layers, loss };
  return compilePlan(buildGraph(parseModel(model)), { retain: false });
}

function named({ parameters, optimizer }: ProgramState): Map<string, Float32Array> {
  return new Map([...parameters, ...optimizer]);
}

function expectClose(actual: ProgramState, expected: ProgramState, tolerance: number): void {
  const wanted = named(expected);
  expect([...named(actual).keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, data] of named(actual)) {
    const shape = [data.length];
    const error = relativeError({ shape, data }, { shape, data: wanted.get(name) ?? data });
    expect(error, name).toBeLessThan(tolerance);
  }
}

/** What goes over to Dawn and comes back meanwhile, counted at Dawn's own functions. */
async function trafficSeen({ device }: Gpu, work: () => Promise<unknown>) {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.end();
  const spare = device.createBuffer({ size: 4, usage: bufferUse.storage });
  const seen = { dispatches: 0, bytesSent: 0, bytesRead: 0 };
  using _dispatch = watched(pass, 'dispatchWorkgroups', () => seen.dispatches++);
  using _write = watched(device.queue, 'writeBuffer', (_, [, , data]) => {
    seen.bytesSent += (data as Uint8Array).byteLength;
  });
  using _read = watched(spare, 'getMappedRange', (range) => {
    seen.bytesRead += (range as ArrayBuffer).byteLength;
  });
  await work();
  spare.destroy();
  return seen;
}

/** Tells of every call of a method, whichever object of this kind it is called on. */
function watched<T extends object>(
  object: T,
  name: keyof T & string,
  told: (result: unknown, given: unknown[]) => void,
): Disposable {
  const shared = Object.getPrototypeOf(object) as Record<string, (...given: unknown[]) => unknown>;
  const own = shared[name] as (...given: unknown[]) => unknown;
  shared[name] = function (this: T, ...given) {
    const result = own.apply(this, given);
    told(result, given);
    return result;
  };
  return {
    [Symbol.dispose]: () => {
      shared[name] = own;
    },
  };
}

describe.skipIf(missing)(`training on a GPU${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  const backend = testBackend(gpu);
  afterAll(() => gpu.close());

  for (const activation of ['sigmoid', 'relu']) {
    it(`LeNet-5 with ${activation} comes to the losses of the CPU, step by step`, async () => {
      const plan = lenetPlan({ activation });
      const losses = async (on: Backend) => {
        const program = await compiled(on, plan, 16);
        const steps: number[] = [];
        for (let step = 0; step < 20; step++) {
          const some = Uint32Array.from({ length: 16 }, (_, i) => (step * 16 + i * 7) % 150);
          const report = await program.train('train', {
            order: some,
            batchSize: 16,
            rates: Float32Array.of(0.05),
            moment: { seed: 1, step },
          });
          steps.push(report.lossSum / 16);
        }
        return steps;
      };
      const [actual, expected] = [await losses(backend), await losses(createNativeBackend())];
      actual.forEach((loss, step) => {
        expect(Math.abs(loss / (expected[step] as number) - 1), `step ${step}`).toBeLessThan(1e-3);
      });
    });
  }

  it('LeNet-5 takes at most 18 dispatches and 1 kB a step, and is read back only at a report', async () => {
    const program = await compiled(backend, lenetPlan(), 64);
    const traffic = (steps: number) =>
      trafficSeen(gpu, () =>
        program.train('train', {
          order: Uint32Array.from({ length: 64 * steps }, (_, i) => i % 150),
          batchSize: 64,
          rates: new Float32Array(steps).fill(0.01),
          moment,
        }),
      );
    await traffic(1);
    const before = { ...gpu.traffic };
    const [one, three] = [await traffic(1), await traffic(3)];
    for (const kind of ['dispatches', 'bytesSent', 'bytesRead'] as const) {
      expect(gpu.traffic[kind] - before[kind], kind).toBe(one[kind] + three[kind]);
    }
    expect((three.dispatches - one.dispatches) / 2).toBeLessThanOrEqual(18);
    expect((three.bytesSent - one.bytesSent) / 2).toBeLessThanOrEqual(1024);
    // Eight bytes of each step's tally, and the fault, once per call.
    expect([one.bytesRead, three.bytesRead]).toEqual([12, 28]);
  });

  it('gives the same bits again, and whether steps are asked for at once or one by one', async () => {
    const plan = smallPlan();
    const together = await compiled(backend, plan, 40);
    const report = await together.train('train', request);
    const single = await compiled(backend, plan, 40);
    expect(await trainStepByStep(single, 'train', request)).toBe(report.lossSum);
    expect(named(await single.state())).toEqual(named(await together.state()));
  });

  const optimizers: Record<string, Options> = {
    'momentum, clipped by norm, averaged': { ...descent, clip: { type: 'norm', bound: 0.01 }, average: 0.9 },
    'momentum with a strong decay of all but biases': {
      optimizer: { ...descent.optimizer, weightDecay: 1 },
    },
    'Nesterov, clipped by value': {
      optimizer: { ...descent.optimizer, nesterov: true },
      clip: { type: 'value', bound: 0.002 },
    },
    AdamW: {
      optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0.1, decoupled: true },
    },
    RMSprop: { optimizer: { type: 'rmsprop', share: 0.9, epsilon: 1e-2, momentum: 0.5, weightDecay: 0 } },
  };
  for (const [name, options] of Object.entries(optimizers)) {
    it(`comes to the reference's parameters and states by ${name}`, async () => {
      const plan = smallPlan();
      const on = async (one: Backend) => {
        const program = await compiled(one, plan, 40, options);
        // Biases that are 0 would not show whether they decay.
        const { parameters, optimizer } = await program.state();
        for (const name of ['A.bias', 'C.bias']) parameters.get(name)?.fill(0.5);
        program.setState({ parameters, optimizer });
        const report = await program.train('train', {
          ...request,
          rates: request.rates.map((rate) => rate / 20),
        });
        return { report, state: await program.state(), evaluation: await program.evaluate('train', order) };
      };
      const [actual, expected] = [await on(backend), await on(createReferenceBackend())];
      expectClose(actual.state, expected.state, 1e-3);
      const { lossSum } = expected.report;
      expect(actual.report).toEqual({ ...expected.report, lossSum: expect.closeTo(lossSum, 2) });
      expect(actual.evaluation.correct).toBe(expected.evaluation.correct);
      expect(actual.evaluation.predictions).toEqual(expected.evaluation.predictions);
    });
  }

  it('makes no update from a step on that is not finite, and reports the step and its layer', async () => {
    const program = await compiled(backend, smallPlan(), 40);
    await program.train('train', request);
    const good = await program.state();
    const broken = new Map(good.parameters).set('C.bias', new Float32Array(10).fill(Number.NaN));
    program.setState({ parameters: broken, optimizer: good.optimizer });
    const before = named(await program.state());
    const report = await program.train('train', request);
    expect(report).toEqual({
      steps: 0,
      samples: 0,
      lossSum: 0,
      correct: 0,
      nonFinite: { step: 0, layer: 'C' },
    });
    expect(named(await program.state())).toEqual(before);
  });

  const huge = 3e38;
  const places: [string, string, Record<string, number>][] = [
    ['a convolution', 'A', { 'A.bias': Number.NaN }],
    ['a dense layer', 'C', { 'C.bias': Number.NaN }],
    [
      'a gradient that is made in parts',
      'B',
      { 'A.weight': 0, 'A.bias': huge, 'B.weight': 0, 'B.bias': 0, 'C.weight': 1, 'C.bias': 0 },
    ],
    [
      'a gradient on its way down',
      'B',
      { 'A.weight': 0, 'A.bias': 0, 'B.weight': huge, 'B.bias': 0, 'C.weight': 10, 'C.bias': 0 },
    ],
    [
      'a gradient that is made at once',
      'C',
      { 'A.weight': 0, 'B.weight': 0, 'B.bias': huge, 'C.weight': 0, 'C.bias': 10 },
    ],
  ];
  for (const [name, layer, values] of places) {
    it(`names the layer where ${name} is not finite, and changes nothing`, async () => {
      const model = {
        version: 1,
        name: 'guarded',
        input: [1, 32, 32],
        layers: [
          { id: 'A', type: 'conv', filters: 2, kernel: 3, stride: 3 },
          { id: 'B', type: 'conv', filters: 3, kernel: 3, pad: 1 },
          { id: 'C', type: 'dense', units: 10 },
        ],
        loss: { type: 'mse' },
      };
      const plan = compilePlan(buildGraph(parseModel(model)), { retain: false });
      const program = await compiled(backend, plan, 40);
      const parameters = new Map(
        [...initialParameters(plan, 3)].map(([id, data]) => [
          id,
          id in values ? data.fill(values[id] as number) : data,
        ]),
      );
      program.setState({ parameters, optimizer: new Map() });
      const before = named(await program.state());
      const { nonFinite } = await program.train('train', request);
      expect(nonFinite).toEqual({ step: 0, layer });
      expect(named(await program.state())).toEqual(before);
    });
  }

  it('keeps what came before a step that is not finite in the same call', async () => {
    const program = await compiled(backend, smallPlan(), 40);
    const rates = Float32Array.of(0.01, 3e38, 0.01, 0.01);
    const report = await program.train('train', { ...request, rates });
    expect(report).toMatchObject({ steps: 2, samples: 80, nonFinite: { step: 2 } });
    const alone = await compiled(backend, smallPlan(), 40);
    await alone.train('train', { ...request, order: order.subarray(0, 80), rates });
    expect(named(await program.state())).toEqual(named(await alone.state()));
  });

  it('hands out outputs, and probes more samples than a batch as one batch', async () => {
    const plan = lenetPlan({}, true);
    const batch = drawBatch(plan, 7, 1);
    const probe = async (batchSize: number) => (await compiled(backend, plan, batchSize)).probe(batch);
    expect(await probe(4)).toEqual(await probe(7));
    const program = await compiled(backend, plan, 4);
    const { submits } = gpu.traffic;
    const { outputs, predictions } = await program.evaluate('train', order.subarray(0, 6), { outputs: true });
    // One with the first step, to see how long it takes, one with the second, one for each of the three that are read.
    expect(gpu.traffic.submits - submits).toBeLessThanOrEqual(5);
    const cpu = await compiled(createNativeBackend(), plan, 4);
    const { outputs: expected } = await cpu.evaluate('train', order.subarray(0, 6), { outputs: true });
    const tensor = (data: Float32Array = new Float32Array(0)) => ({ shape: [6, 10], data });
    expect(relativeError(tensor(outputs), tensor(expected))).toBeLessThan(1e-4);
    const best = Array.from(predictions, (_, n) => {
      const row = Array.from(outputs?.subarray(n * 10, (n + 1) * 10) ?? []);
      return row.indexOf(Math.max(...row));
    });
    expect(best).toEqual(Array.from(predictions));
  });

  it('refuses what does not fit, naming it', async () => {
    const program = await compiled(backend, smallPlan(), 40);
    const invalid = { code: 'argument.invalid' };
    await expect(program.train('test', request)).rejects.toMatchObject(invalid);
    await expect(program.train('train', { ...request, order: Uint32Array.of(150) })).rejects.toMatchObject(
      invalid,
    );
    await expect(program.train('train', { ...request, batchSize: 41 })).rejects.toMatchObject(invalid);
    expect(() =>
      program.setState({ parameters: new Map([['A.bias', new Float32Array(5)]]), optimizer: new Map() }),
    ).toThrow(expect.objectContaining({ ...invalid, message: expect.stringContaining('A.bias') }));
    program.dispose();
    await expect(program.state()).rejects.toMatchObject(invalid);
  });
});

describe.skipIf(missing)(`a GPU that is lost${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('answers every call with that, never with a number', async () => {
    const gpu = await openTestGpu();
    const program = await compiled(testBackend(gpu), smallPlan(), 40);
    const running = program.train('train', request);
    gpu.device.destroy();
    await expect(running).rejects.toMatchObject({ code: 'device.lost' });
    await expect(program.state()).rejects.toMatchObject({ code: 'device.lost' });
    gpu.close();
  });
});
