import type { Predictions } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { judge } from '../../train/judged.ts';
import { tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/** What the network makes of samples of its own test set or of other data, some at a time, so that nobody waits for all. */
export async function predict(
  open: OpenNetwork,
  { dataset, offset, count }: ParsedParams<'runs.predict'>,
  home: string,
): Promise<Predictions> {
  const judged = await open.judged(dataset, home);
  const program = await open.evaluator();
  const found = await judge(program, judged, open.data.input.transform, { first: offset, count });
  return {
    total: judged.count,
    labels: tensorPayload([found.labels.length], found.labels),
    predictions: tensorPayload([found.labels.length], found.predictions),
    confidences: tensorPayload([found.labels.length], found.confidences),
    lossSum: found.lossSum,
    correct: found.correct,
    epoch: open.network.epoch,
    classes: [...open.classes],
  };
}
