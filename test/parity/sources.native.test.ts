import { describe, expect, it } from 'vitest';
import type { Backend, SampleSource, Transform } from '../../core/backends/backend.ts';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { relativeError } from '../support/compare.ts';
import { centred, lenetPlan, noisySamples } from '../support/lenet.ts';

/** The last batch fills no slice. */
const order = Uint32Array.from({ length: 53 }, (_, i) => (i * 17) % 60);
const bytes = noisySamples(60, 3);

/** The same samples as float32 numbers that a transform of its own turns into the same input. */
function asFloats({ images, ...rest }: SampleSource): { source: SampleSource; transform: Transform } {
  const scale = centred.scale.map((factor) => factor * 256);
  return {
    source: { ...rest, images: Float32Array.from(images, (byte) => byte / 256) },
    transform: { ...centred, scale },
  };
}

const moment = { seed: 1, step: 0 };

async function trained(backend: Backend, source: SampleSource, transform: Transform) {
  const plan = lenetPlan();
  const program = await backend.compile(plan, {
    threads: 2,
    batchSize: 40,
    optimizer: { type: 'sgd', momentum: 0.9, weightDecay: 0 },
  });
  program.setState({ parameters: initialParameters(plan, 3), optimizer: new Map() });
  program.attach('train', source, transform);
  await program.train('train', { order, batchSize: 40, rates: Float32Array.of(0.05, 0.04), moment });
  return (await program.state()).parameters;
}

describe('samples that are floats', () => {
  const { source, transform } = asFloats(bytes);

  it.each(simdPaths())('train as the same bytes do, bit for bit, on %s', async (simd) => {
    const backend = createNativeBackend({ simd });
    expect(await trained(backend, source, transform)).toEqual(await trained(backend, bytes, centred));
  });

  it('train on the CPU as on the reference, negative and large ones too', async () => {
    const images = Float32Array.from(source.images, (value, i) => (i % 3) * (value - 0.5));
    const whitened = { ...source, images };
    const actual = await trained(createNativeBackend(), whitened, transform);
    const wanted = await trained(createReferenceBackend(), whitened, transform);
    for (const [name, data] of actual) {
      const shape = [data.length];
      const expected = { shape, data: wanted.get(name) ?? new Float32Array() };
      expect(relativeError({ shape, data }, expected), name).toBeLessThan(1e-4);
    }
  });

  it('are refused where they do not match shape and labels', async () => {
    const short = { ...source, images: source.images.subarray(1) };
    await expect(trained(createNativeBackend(), short, transform)).rejects.toMatchObject({
      code: 'argument.invalid',
    });
  });
});
