import type { DatasetReference, ExperimentEnvelope } from '../contract/specs.ts';

/** What has to be known of data to propose a network for them. */
export interface StarterData {
  /** [channels, height, width]; null where images vary in size. */
  readonly shape: readonly number[] | null;
  readonly classes: number;
  readonly splits: readonly string[];
}

/** Pixels that images of varied size are brought to: enough to tell things apart, few enough for a first try. */
const usualSide = 64;
/** Maps are halved until they are at most this high. */
const smallest = 8;

/**
 * A first experiment on any data: convolutions and pooling until the maps are small, one dense layer, and a recipe that
 * seldom fails. For data that no published network was made for.
 */
export function starterExperiment(reference: DatasetReference, data: StarterData): ExperimentEnvelope {
  const [channels = 3, height = usualSide, width = usualSide] = data.shape ?? [3, usualSide, usualSide];
  const fit = { type: 'resize', height, width, keep: 'centre' };
  const derive = [
    ...(reference.derive ?? []),
    ...(data.splits.includes('test') ? [] : [{ type: 'split' }]),
    ...(data.shape === null ? [fit] : []),
  ];
  return {
    version: 1,
    name: `${reference.name}, first try`,
    dataset: {
      ...reference,
      ...(derive.length > 0 && { derive }),
      validation: 0.1,
      preprocess: [{ type: 'standardize' }],
    },
    model: { spec: starterModel([channels, height, width], data.classes) },
    train: {
      epochs: 20,
      batchSize: 32,
      optimizer: { type: 'sgd', lr: 0.02, momentum: 0.9 },
      schedule: { type: 'cosine', final: 0.01 },
    },
    seeds: [1],
  };
}

function starterModel(input: readonly [number, number, number], classes: number) {
  const [, height, width] = input;
  const layers: { id: string; type: string; [key: string]: unknown }[] = [];
  let side = Math.min(height, width);
  for (let block = 1; block === 1 || side > smallest; block++) {
    const filters = Math.min(64, 8 * 2 ** block);
    layers.push({ id: `C${block}`, type: 'conv', filters, kernel: 3, pad: 1, activation: 'relu' });
    layers.push({ id: `P${block}`, type: 'pool', mode: 'max', size: 2 });
    side = Math.floor(side / 2);
  }
  layers.push({ id: 'F', type: 'dense', units: 128, activation: 'relu' });
  layers.push({ id: 'OUT', type: 'dense', units: classes });
  return {
    version: 1 as const,
    name: 'starter',
    input: [...input] as [number, number, number],
    layers,
    loss: { type: 'softmax-cross-entropy' },
  };
}
