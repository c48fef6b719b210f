import type { Plan } from '../../graph/plan.ts';
import { statesOf } from '../../kernels/optimizers/index.ts';
import { elements } from '../../kernels/shape.ts';
import type { RunConfig } from '../experiment.ts';
import { optimizerCall } from '../optimizers/index.ts';
import { healthBytes } from './health.ts';
import { keptEvery, usualSnapshots } from './policy.ts';

/** Bytes of a class and its score, where there are no more than 256 classes. */
const bytesPerPrediction = 5;
/** The best checkpoint and the last. */
const checkpoints = 2;

/**
 * Bytes on disk that a run comes to once all its epochs are trained: snapshots and checkpoints, curves aside.
 * @param judged samples that it is evaluated on
 */
export function estimateRunBytes(
  plan: Pick<Plan, 'parameters' | 'layers'>,
  { train }: Pick<RunConfig, 'train'>,
  judged: number,
): number {
  const spec = train.snapshots ?? usualSnapshots;
  const weights = 4 * plan.parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
  const kept = (['weights', 'predictions', 'health'] as const).map((kind) => {
    const bytes = { weights, predictions: bytesPerPrediction * judged, health: healthBytes(plan) }[kind];
    const every = keptEvery(kind, train.epochs, bytes, spec);
    return every === null ? 0 : Math.floor(train.epochs / every) * bytes;
  });
  const states = statesOf(optimizerCall(train.optimizer)).length;
  return kept.reduce((sum, bytes) => sum + bytes, checkpoints * (1 + states) * weights);
}
