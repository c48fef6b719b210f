import { describe, expect, it } from 'vitest';
import { type Addon, loadAddon, lowerChoice, type NativeProgram } from '../../core/backends/native/addon.ts';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import type { NativeCall } from '../../core/backends/native/lower.ts';
import { noClip } from '../../core/backends/native/program.ts';
import { expectIntact } from '../../core/backends/native/single.ts';
import type { OptimizerCall } from '../../core/kernels/optimizers/index.ts';
import { centred, lenetPlan, noisySamples } from '../support/lenet.ts';

const addon = loadAddon();
const path = simdPaths()[0] as string;
const options = {
  path,
  threads: 1,
  batchSize: 16,
  optimizer: lowerChoice({ type: 'sgd' }),
  clip: noClip,
  average: 0,
  guard: true,
  profile: false,
};
const moment = { seed: 1, step: 0 };
const optimizer: OptimizerCall = { type: 'sgd', momentum: 0, weightDecay: 0 };

/** A program of one call from one value to another, four elements apart. */
function oneCall(kernel: string, numbers: NativeCall['numbers'] = []): NativeProgram {
  return addon.create(
    {
      values: [
        { name: 'x', shape: [5], offset: 4 },
        { name: 'y', shape: [5], offset: 13 },
      ],
      parameters: [],
      calls: [
        {
          kernel,
          layer: 'alone',
          inputs: [{ role: 'value', index: 0 }],
          outputs: [{ role: 'value', index: 1 }],
          numbers,
        },
      ],
      loss: -1,
      input: 0,
      arenaSize: 22,
    },
    options,
  );
}

async function run(program: NativeProgram): Promise<void> {
  const data = new Float32Array(3 * 5);
  await addon.execute(program, 3, [{ value: 0, data }], null, [], new Float32Array(3), null);
}

describe('guards around the operands of a kernel', () => {
  it('stay whole under a kernel that keeps to them', async () => {
    const program = oneCall('activation.forward', [['activation', 1]]);
    await run(program);
    expect(() => expectIntact(addon, program, 'activation.forward')).not.toThrow();
  });

  it('show a write of one element beyond the end', async () => {
    const program = oneCall('test.overrun');
    await run(program);
    expect(() => expectIntact(addon, program, 'test.overrun')).toThrow(
      expect.objectContaining({ code: 'internal', subject: 'test.overrun' }),
    );
  });

  it('are not offered as a kernel', () => {
    expect(addon.kernels()).not.toContain('test.overrun');
  });
});

describe('the addon refuses what it cannot run', () => {
  const invalid = { code: 'argument.invalid' };
  const plan = lenetPlan();
  const samples = noisySamples(32, 1);

  const badCalls: [string, (addon: Addon) => unknown][] = [
    ['a plan that is none', (a) => a.create({} as never, options)],
    ['no arguments', (a) => (a.create as unknown as () => void)()],
    ['a program that is none', (a) => a.memoryBytes({} as NativeProgram)],
    ['a number for a program', (a) => a.dispose(5 as unknown as NativeProgram)],
    ['no threads', (a) => a.create({ ...empty, arenaSize: 1 }, { ...options, threads: 0 })],
    ['a value outside the arena', (a) => a.create({ ...empty, arenaSize: 0 }, options)],
    [
      'a shape too large for any memory',
      (a) => a.create({ ...empty, values: [{ name: 'x', shape: [1 << 29, 1 << 29], offset: 0 }] }, options),
    ],
    [
      'an operand that does not exist',
      (a) => a.create({ ...empty, calls: [{ ...call, inputs: [{ role: 'value', index: 7 }] }] }, options),
    ],
    ['a missing attribute', () => oneCall('activation.forward')],
    ['an unknown activation', () => oneCall('activation.forward', [['activation', 9]])],
    ['an attribute that should be whole', () => oneCall('activation.forward', [['activation', 0.5]])],
    [
      'a kernel whose operands do not fit',
      () =>
        oneCall('mean-pool.forward', [
          ['size', 2],
          ['stride', 2],
          ['pad', 0],
        ]),
    ],
  ];
  const empty = {
    values: [{ name: 'x', shape: [1], offset: 0 }],
    parameters: [],
    calls: [],
    loss: -1,
    input: 0,
    arenaSize: 1,
  };
  const call: NativeCall = { kernel: 'add.forward', layer: 'sum', inputs: [], outputs: [], numbers: [] };

  for (const [name, provoke] of badCalls) {
    it(name, () => {
      expect(() => provoke(addon)).toThrow(expect.objectContaining(invalid));
    });
  }

  it('an unknown kernel, naming it and its layer', () => {
    expect(() => oneCall('conv3d.forward')).toThrow(
      expect.objectContaining({
        code: 'backend.unsupported',
        message: expect.stringMatching(/conv3d.*alone/),
      }),
    );
  });

  it('a padding so large that its rows could not be counted', async () => {
    const call = {
      kernel: 'conv2d.forward',
      attributes: { stride: 1 << 20, pad: 1 << 20, groups: 1, activation: 'linear' },
      batch: 1,
      inputs: [
        { shape: [1, 9, 3, 3], data: new Float32Array(81) },
        { shape: [1, 9, 1, 1], data: new Float32Array(9) },
        null,
      ],
    };
    await expect(createNativeBackend().runKernel(call)).rejects.toMatchObject(invalid);
  });

  it('a sample beyond the data, a rate too few, a split that is not attached', async () => {
    const program = await createNativeBackend().compile(plan, { threads: 1, batchSize: 16, optimizer });
    program.attach('train', samples, centred);
    const rates = Float32Array.of(0.1);
    const train = (order: Uint32Array, batchSize = 16, split = 'train') =>
      program.train(split, { order, batchSize, rates, moment });
    await expect(train(Uint32Array.of(32))).rejects.toMatchObject(invalid);
    await expect(train(new Uint32Array(17))).rejects.toMatchObject(invalid);
    await expect(train(new Uint32Array(16), 17)).rejects.toMatchObject(invalid);
    await expect(train(new Uint32Array(16), 16, 'test')).rejects.toMatchObject(invalid);
  });

  it('images wholly outside the input, or that do not match their labels', async () => {
    const program = await createNativeBackend().compile(plan, { threads: 1, batchSize: 16, optimizer });
    const request = { order: new Uint32Array(1), batchSize: 1, rates: Float32Array.of(0.1), moment };
    program.attach('outside', samples, { ...centred, padTop: 32 });
    await expect(program.train('outside', request)).rejects.toMatchObject(invalid);
    program.attach('short', { ...samples, images: samples.images.subarray(1) }, centred);
    await expect(program.train('short', request)).rejects.toMatchObject(invalid);
    const labels = samples.labels.slice().fill(10);
    expect(() => program.attach('labels', { ...samples, labels }, centred)).toThrow(
      expect.objectContaining(invalid),
    );
  });

  it('a second call while one runs, and any after the end', async () => {
    const program = await createNativeBackend().compile(plan, { threads: 1, batchSize: 16, optimizer });
    program.attach('train', samples, centred);
    const running = program.evaluate(
      'train',
      Uint32Array.from({ length: 32 }, (_, i) => i),
    );
    await expect(program.state()).rejects.toMatchObject(invalid);
    expect(() => program.dispose()).toThrow(expect.objectContaining(invalid));
    await running;
    program.dispose();
    await expect(program.state()).rejects.toMatchObject(invalid);
  });

  it('a batch to probe whose images, labels or targets do not fit', async () => {
    const whole = { ...plan, retained: true };
    const program = await createNativeBackend().compile(whole, { threads: 1, batchSize: 16, optimizer });
    const x = new Float32Array(3 * 1024);
    const probe = (part: object) => program.probe({ x, count: 3, y: new Int32Array(3), ...part });
    await expect(probe({ x: x.subarray(1) })).rejects.toMatchObject(invalid);
    await expect(probe({ y: new Int32Array(2) })).rejects.toMatchObject(invalid);
    await expect(probe({ y: Int32Array.of(0, 10, 0) })).rejects.toMatchObject(invalid);
    await expect(probe({ y: new Float32Array(27) })).rejects.toMatchObject(invalid);
    await expect(probe({ count: 0 })).rejects.toMatchObject(invalid);
  });

  it('a probe of a plan that does not keep its values', async () => {
    const program = await createNativeBackend().compile(plan, { threads: 1, batchSize: 16, optimizer });
    const batch = { x: new Float32Array(1024), count: 1, y: new Int32Array(1) };
    await expect(program.probe(batch)).rejects.toMatchObject(invalid);
  });

  it('weights of another size', async () => {
    const program = await createNativeBackend().compile(plan, { threads: 1, batchSize: 16, optimizer });
    const parameters = new Map([['C1.bias', new Float32Array(5)]]);
    expect(() => program.setState({ parameters, optimizer: new Map() })).toThrow(
      expect.objectContaining({ ...invalid, message: expect.stringContaining('C1.bias') }),
    );
  });

  it('a SIMD path that does not run here, naming those that do', () => {
    expect(() => createNativeBackend({ simd: 'altivec' })).toThrow(
      expect.objectContaining({ code: 'device.unavailable', hint: expect.stringContaining('baseline') }),
    );
  });
});
