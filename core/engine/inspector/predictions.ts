import { join } from 'node:path';
import type { SampleSource } from '../../backends/backend.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import type { PredictionPage } from '../../contract/predictions.ts';
import { sharedDataset } from '../../data/shared.ts';
import { splitValidation } from '../../data/split.ts';
import { buildGraph } from '../../graph/graph.ts';
import { resolveModel } from '../../models/index.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { type Predictions, readPredictions } from '../../train/snapshots/files.ts';
import { mustBeTrainedOn } from '../../train/training-data.ts';
import type { EngineContext } from '../context.ts';
import { spread } from '../data-desk/gallery.ts';
import { shrink } from '../data-desk/samples.ts';
import { tensorPayload } from '../payload.ts';

/** Images of a page, where none are asked for. */
const usualCount = 60;

/** The samples that a run was judged on. */
interface Judged {
  readonly source: SampleSource;
  /** Places in the stored set. */
  readonly indices: Uint32Array;
}

/**
 * Images of an epoch with what the network made of them, worst first.
 * @throws `run.unknown`, `dataset.*`, `file.*`; `argument.invalid` where that epoch's predictions were not kept
 */
export async function findPredictions(
  { store, home }: Pick<EngineContext, 'store' | 'home'>,
  query: ParsedParams<'runs.predictions'>,
): Promise<PredictionPage> {
  const { run, epoch, split = 'test', offset = 0, count = usualCount, size } = query;
  const config = store.runs.setup(run).config as RunConfig;
  const snapshot = store.snapshots.find(run, 'predictions', epoch);
  if (!snapshot) throw notKept(run, epoch);
  const { made, data } = await readPredictions(join(home, snapshot.path), snapshot.sha256, split);
  const dataset = await sharedDataset(config.dataset, home);
  mustBeTrainedOn(data, dataset);
  const judged = judgedSamples(dataset.splits as Record<'train' | 'test', SampleSource>, split, config);
  const places = worstFirst(made, judged, query);
  const page = places.subarray(offset, offset + count);
  const stored = page.map((place) => judged.indices[place] as number);
  const { shape, bytes } = shrink(judged.source.shape, pixels(judged.source, stored), size);
  const { loss } = buildGraph(await resolveModel(config.model));
  return {
    run,
    epoch,
    split,
    classes: data.classes,
    probable: loss.type === 'softmax-cross-entropy',
    total: places.length,
    images: tensorPayload([page.length, ...shape], bytes),
    items: Array.from(page, (index) => ({
      index,
      truth: truthOf(judged, index),
      predicted: made.classes[index] as number,
      score: made.scores[index] as number,
    })),
  };
}

function judgedSamples(
  { train, test }: Readonly<Record<'train' | 'test', SampleSource>>,
  split: 'validation' | 'test',
  { dataset, seed }: RunConfig,
): Judged {
  if (split === 'validation') {
    const { validation } = splitValidation(train.labels.length, dataset.validation, seed);
    return { source: train, indices: validation };
  }
  return { source: test, indices: Uint32Array.from(test.labels.keys()) };
}

const truthOf = ({ source, indices }: Judged, place: number) =>
  source.labels[indices[place] as number] as number;

/** Places in the split: mistakes from the surest to the least sure, then what is right from the least sure on. */
function worstFirst(
  { classes, scores }: Predictions,
  judged: Judged,
  {
    truth,
    predicted,
    wrong = false,
  }: Pick<ParsedParams<'runs.predictions'>, 'truth' | 'predicted' | 'wrong'>,
): Uint32Array {
  const mistakes: number[] = [];
  const right: number[] = [];
  for (let place = 0; place < classes.length; place++) {
    const label = truthOf(judged, place);
    if (truth !== undefined && label !== truth) continue;
    if (predicted !== undefined && classes[place] !== predicted) continue;
    (classes[place] === label ? right : mistakes).push(place);
  }
  const score = (place: number) => scores[place] as number;
  mistakes.sort((a, b) => score(b) - score(a) || a - b);
  right.sort((a, b) => score(a) - score(b) || a - b);
  return Uint32Array.from(wrong ? mistakes : [...mistakes, ...right]);
}

/** [indices.length, C, H, W]; of whitened images each one's own range. */
function pixels({ images, shape }: SampleSource, indices: Uint32Array): Uint8Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const bytes = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    const image = images.subarray(index * size, (index + 1) * size);
    bytes.set(image instanceof Float32Array ? spread(image) : image, i * size);
  });
  return bytes;
}

function notKept(run: string, epoch: number): ConvolabError {
  return new ConvolabError('argument.invalid', `Run ${run} kept no predictions of epoch ${epoch}.`, {
    subject: run,
    hint: 'Runs keep them where train.snapshots says so; older runs kept none.',
  });
}
