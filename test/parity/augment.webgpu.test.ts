import { afterAll, describe, expect, it } from 'vitest';
import { createNativeBackend } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { alone, augmentation, pictures, showing, shown, together, transform } from '../support/augment.ts';
import { relativeError } from '../support/compare.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const missing = webgpuMissing();

const tensor = (data: Float32Array) => ({ shape: [data.length], data });

describe.skipIf(missing)(`augmentation on a GPU${missing ? ` (skipped: ${missing})` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  const backend = testBackend(gpu);
  const maxStorageBufferBindingSize = (1 << 20) + 4096;
  const small = await openTestGpu({ limits: { maxStorageBufferBindingSize } });
  afterAll(() => {
    for (const each of [gpu, small]) each.close();
  });

  for (const [name, list] of [
    ...Object.entries(alone).map(([kind, step]) => [kind, [step]] as const),
    ['all at once', together] as const,
  ]) {
    it(`shows what the CPU shows, in every epoch: ${name}, bytes and floats`, async () => {
      for (const floats of [false, true]) {
        const of = showing(list, floats);
        const [first, third] = await Promise.all(
          [0, 3].map((epoch) => shown(createNativeBackend(), { ...of, epoch })),
        );
        expect(first).not.toEqual(third);
        for (const [epoch, expected] of [
          [0, first],
          [3, third],
        ] as const) {
          const actual = await shown(backend, { ...of, epoch });
          expect(relativeError(tensor(actual), tensor(expected as Float32Array))).toBeLessThan(1e-5);
        }
      }
    });
  }

  it('shows the same of samples that do not all fit on the device', async () => {
    const once = pictures([3, 146, 146]);
    const images = new Uint8Array(2 * once.images.length);
    images.set(once.images);
    const source = { ...once, images, labels: Int32Array.of(...once.labels, ...once.labels) };
    const place = { ...transform, padTop: -60, padLeft: -70 };
    const of = { source, input: [3, 17, 18], transform: place, augmentation: augmentation(together, source) };
    expect(images.length).toBeGreaterThan(maxStorageBufferBindingSize);
    expect(await shown(testBackend(small), of)).toEqual(await shown(backend, of));
  });

  const places = [
    ['in the middle of a larger input', [3, 17, 18], { padTop: 2, padLeft: 1 }],
    ['mirrored there', [3, 17, 18], { padTop: 2, padLeft: 1, mirror: true }],
    ['cut to a window', [3, 8, 9], { padTop: -2, padLeft: -3 }],
    ['cut to a window, mirrored', [3, 8, 9], { padTop: -2, padLeft: -3, mirror: true }],
  ] as const;
  for (const [name, input, place] of places) {
    it(`shows samples as they are stored, normalised, ${name}: bytes and floats`, async () => {
      for (const floats of [false, true]) {
        const of = { source: pictures([3, 12, 15], floats), input, transform: { ...transform, ...place } };
        const [actual, expected] = [await shown(backend, of), await shown(createReferenceBackend(), of)];
        expect(relativeError(tensor(actual), tensor(expected))).toBeLessThan(1e-6);
      }
    });
  }

  it('sends the samples of many steps in one submit', async () => {
    const source = pictures([1, 4, 4]);
    const layers = [{ id: 'D', type: 'dense', units: 16 }];
    const model = { version: 1, name: 'tiny', input: [1, 4, 4], layers, loss: { type: 'mse' } };
    const plan = compilePlan(buildGraph(parseModel(model)), { retain: false });
    const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;
    const program = await backend.compile(plan, { threads: 1, batchSize: 4, optimizer });
    const one = { scale: Float32Array.of(1), shift: Float32Array.of(0), padTop: 0, padLeft: 0 };
    program.attach('train', source, one, augmentation([{ type: 'shift', x: 1, y: 1 }], source));
    const count = 200;
    const train = (steps: number) =>
      program.train('train', {
        order: Uint32Array.from({ length: 4 * steps }, (_, i) => i % 16),
        batchSize: 4,
        rates: new Float32Array(steps).fill(1e-6),
        moment: { seed: 1, step: 0 },
      });
    await train(4);
    const before = gpu.traffic.submits;
    const report = await train(count);
    expect(report.steps).toBe(count);
    expect(gpu.traffic.submits - before).toBeLessThan(count / 4);
    program.dispose();
  });
});
