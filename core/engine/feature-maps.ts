import type { SampleSource } from '../backends/backend.ts';
import { gather } from '../backends/reference/gather.ts';
import { createReferenceBackend } from '../backends/reference/index.ts';
import { ConvolabError } from '../contract/errors.ts';
import type { FeatureMaps } from '../contract/runs.ts';
import { inputId } from '../graph/graph.ts';
import { finiteRange, tensorPayload } from './payload.ts';
import type { RunData, RunNetwork } from './run-network.ts';

/** One image of a split. */
interface Sample {
  readonly source: SampleSource;
  /** Its place in the stored set, whichever part of it the split is. */
  readonly index: number;
}

/**
 * Runs one image through the network and keeps what every layer made of it. By the reference: this is the engine's own
 * process, in which no native kernel may run, and one image is soon done.
 * @param split `train`, `validation` or `test`
 * @param index place in that split
 * @throws `argument.invalid` for a split or place that is not there
 */
export async function computeFeatureMaps(
  network: RunNetwork,
  data: RunData,
  split: string,
  index: number,
): Promise<FeatureMaps> {
  const { run, plan, epoch } = network;
  const sample = findSample(data, split, index);
  const x = inputTensor(sample, data, plan.input);
  const label = sample.source.labels[sample.index] as number;
  const outputs = await forward(network, x, label);
  const layers = plan.layers.map(({ id, type }) => {
    const { shape, data: values } = outputs.get(`${id}.out`) as {
      shape: readonly number[];
      data: Float32Array;
    };
    return describeOutput(id, type, shape.slice(1), Float32Array.from(values));
  });
  const logits = outputs.get(`${network.graph.output.id}.out`)?.data ?? [];
  return {
    run,
    epoch,
    split,
    index,
    label,
    classes: [...data.dataset.classes],
    probabilities: network.graph.loss.type === 'softmax-cross-entropy' ? softmax(logits) : [...logits],
    layers: [describeOutput(inputId, inputId, plan.input, x), ...layers],
  };
}

function findSample(data: RunData, split: string, index: number): Sample {
  const { train, test } = data.dataset.splits as Record<string, SampleSource>;
  const parts: Record<string, { source: SampleSource | undefined; indices: ArrayLike<number> }> = {
    train: { source: train, indices: data.training },
    validation: { source: train, indices: data.validation },
    test: { source: test, indices: { length: test?.labels.length ?? 0 } },
  };
  const part = parts[split];
  if (part?.source && index < part.indices.length) {
    return { source: part.source, index: part.indices[index] ?? index };
  }
  const known = Object.entries(parts).map(([name, { indices }]) => `${name} (${indices.length} images)`);
  throw new ConvolabError('argument.invalid', `There is no image ${index} in split "${split}".`, {
    subject: split,
    hint: `The run has ${known.join(', ')}.`,
  });
}

/** The image as the network sees it, [C, H, W]. */
function inputTensor({ source, index }: Sample, data: RunData, input: readonly number[]): Float32Array {
  const batch = { shape: [1, ...input], data: new Float64Array(input.reduce((a, b) => a * b, 1)) };
  gather(source, data.input.transform, Uint32Array.of(index), batch);
  return Float32Array.from(batch.data);
}

/** `<layer>.out` of every layer, [1, ...shape]. */
async function forward({ plan, parameters }: RunNetwork, x: Float32Array, label: number) {
  const program = await createReferenceBackend().compile(plan, {
    threads: 1,
    batchSize: 1,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
  });
  try {
    program.setState({ parameters, optimizer: new Map() });
    const { outputs } = await program.probe({ x, count: 1, y: Int32Array.of(label) });
    return outputs;
  } finally {
    program.dispose();
  }
}

function describeOutput(
  id: string,
  type: string,
  shape: readonly number[],
  values: Float32Array,
): FeatureMaps['layers'][number] {
  return { id, type, output: tensorPayload(shape, values), ...finiteRange(values) };
}

/** Shifted by the greatest, so that no exponential overflows. */
function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const greatest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
