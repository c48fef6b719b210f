import type { SampleSource, Transform } from '../../core/backends/backend.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { findPreset } from '../../core/models/index.ts';
import { RandomSequence } from '../../core/train/random.ts';

/** LeNet-5 with these options, as it is trained, or with every value kept. */
export function lenetPlan(options: Readonly<Record<string, unknown>> = {}, retain = false): Plan {
  const preset = findPreset('lenet-5');
  return compilePlan(buildGraph(parseModel(preset.model(preset.options.parse(options)))), { retain });
}

/** Samples like MNIST's in size: noise whose brightness tells the class, so that there is something to learn. */
export function noisySamples(count: number, seed: number): SampleSource {
  const random = new RandomSequence(seed, 'probe');
  const labels = Int32Array.from({ length: count }, () => random.below(10));
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => {
    const label = labels[Math.floor(i / 784)] as number;
    return random.below(20 * (label + 2));
  });
  return { images, labels, shape: [1, 28, 28], classes: 10 };
}

/** MNIST's usual normalisation, the 28x28 image centred in LeNet's 32x32 field. */
export const centred: Transform = {
  scale: Float32Array.of(1 / 255 / 0.3081),
  shift: Float32Array.of(-0.1307 / 0.3081),
  padTop: 2,
  padLeft: 2,
};
