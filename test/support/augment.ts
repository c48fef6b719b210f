import type { Augmentation, Backend, SampleSource, Transform } from '../../core/backends/backend.ts';
import { augmentSteps, resolveAugmentation } from '../../core/data/augment/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { elements } from '../../core/kernels/shape.ts';
import { RandomSequence } from '../../core/train/random.ts';

/** Samples of one step, each of a class of its own. */
const count = 16;

/** Smooth pictures, as bytes or as floats, a class of its own for each. */
export function pictures(shape: readonly [number, number, number], floats = false): SampleSource {
  const [channels, height, width] = shape;
  const random = new RandomSequence(5, 'probe', channels);
  const waves = Array.from({ length: count * channels }, () => [
    random.uniform(),
    random.uniform(),
    random.uniform(),
  ]);
  const values = Float32Array.from({ length: count * elements(shape) }, (_, at) => {
    const x = at % width;
    const y = Math.floor(at / width) % height;
    const [a = 0, b = 0, c = 0] = waves[Math.floor(at / (width * height))] ?? [];
    return 127 + 127 * Math.sin(a * x + b * y + 6 * c);
  });
  const labels = Int32Array.from({ length: count }, (_, i) => i);
  return { images: floats ? values : Uint8Array.from(values), labels, shape, classes: count };
}

/** Steps as an experiment lists them, ready for a backend. */
export function augmentation(list: readonly object[], source: SampleSource, seed = 1): Augmentation {
  const trainingIndices = Uint32Array.from(source.labels, (_, i) => i);
  const specs = list.map((spec) => {
    const { type } = spec as { type: string };
    return augmentSteps.get(type)?.schema.parse(spec) as { type: string };
  });
  return { seed, steps: resolveAugmentation(specs, { source, trainingIndices }) };
}

export interface Showing {
  readonly source: SampleSource;
  readonly input: readonly number[];
  readonly transform: Transform;
  readonly augmentation?: Augmentation;
  readonly epoch?: number;
  readonly threads?: number;
}

/** Each kind alone, with numbers that show; a new kind needs a line. */
export const alone: Readonly<Record<string, object>> = {
  shift: { type: 'shift', x: 3.5, y: 2 },
  rotate: { type: 'rotate', degrees: 40 },
  scale: { type: 'scale', from: 0.7, to: 1.4, stretch: true },
  shear: { type: 'shear', amount: 0.4 },
  flip: { type: 'flip', horizontal: 0.5, vertical: 0.3 },
  crop: { type: 'crop', padding: 3 },
  elastic: { type: 'elastic', amplitude: 1.5, smoothness: 3 },
  colour: { type: 'colour', brightness: 0.4, contrast: 0.4, saturation: 0.6, hue: 40 },
  lighting: { type: 'lighting', deviation: 2 },
  cutout: { type: 'cutout', size: 5 },
};
export const together = Object.values(alone);

export const transform = {
  scale: Float32Array.of(0.011, 0.013, 0.017),
  shift: Float32Array.of(-1, 0.5, -0.25),
  padTop: 2,
  padLeft: 1,
};

/** A list of steps on pictures that lie within a larger input. */
export function showing(list: readonly object[], floats: boolean): Showing {
  const source = pictures([3, 12, 15], floats);
  return { source, input: [3, 17, 18], transform, augmentation: augmentation(list, source), epoch: 3 };
}

/**
 * What a network is shown of the first 16 samples in a step of training, [16, ...input]: a dense layer that starts from 0 and makes one step
 * of 1 against the squared error holds, in the row of each class, the sample of that class over the batch size, exactly.
 */
export async function shown(backend: Backend, showing: Showing): Promise<Float32Array> {
  const { source, input, transform, augmentation, epoch = 0, threads = 1 } = showing;
  const layers = [{ id: 'D', type: 'dense', units: count, bias: false }];
  const model = { version: 1, name: 'show', input: [...input], layers, loss: { type: 'mse' } };
  const plan = compilePlan(buildGraph(parseModel(model)), { retain: false });
  const optimizer = { type: 'sgd', momentum: 0, weightDecay: 0 } as const;
  const program = await backend.compile(plan, { threads, batchSize: count, optimizer });
  const zeros = new Map([['D.weight', new Float32Array(count * elements(input))]]);
  program.setState({ parameters: zeros, optimizer: new Map() });
  program.attach('train', source, transform, augmentation);
  // A step that changes nothing goes before, and the order is not that in which samples are stored.
  const order = Uint32Array.from({ length: 2 * count }, (_, i) => (7 * i + (i < count ? 3 : 0)) % count);
  await program.train('train', {
    order,
    batchSize: count,
    rates: Float32Array.of(0, 1),
    epoch,
    moment: { seed: 1, step: 0 },
  });
  const { parameters } = await program.state();
  program.dispose();
  return (parameters.get('D.weight') as Float32Array).map((value) => value * count);
}
