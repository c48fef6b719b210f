import { setImmediate } from 'node:timers/promises';
import { Pacer } from './pacer.ts';
import { countAmong, isProbability, topScores } from './scores.ts';
import type { Session, SplitName } from './session.ts';

/** What a network makes of one split. */
export interface Evaluation {
  readonly split: SplitName;
  readonly count: number;
  readonly correct: number;
  /** Mean over the samples; may be infinite or not a number. */
  readonly loss: number;
  /** Fraction 0..1. */
  readonly accuracy: number;
  /** Share of the samples whose class is among the five largest outputs; null with five classes or fewer. */
  readonly top5: number | null;
  /** [true class][predicted class], row-major counts. */
  readonly confusion: Uint32Array;
  /** Predicted class of every sample, in the split's order. */
  readonly predictions: Int32Array;
  /** What the network gave that class: its probability, or its output where the loss makes no probabilities. */
  readonly scores: Float32Array;
}

/**
 * Runs a split forward through the network as it is now.
 * @param interrupted looked at every few hundred milliseconds; true gives the evaluation up
 * @returns null when given up
 */
export async function evaluate(
  session: Session,
  split: SplitName,
  interrupted: () => boolean = () => false,
): Promise<Evaluation | null> {
  const { indices, source } = session.splits[split];
  const classes = source.classes;
  const confusion = new Uint32Array(classes * classes);
  const predictions = new Int32Array(indices.length);
  const scores = new Float32Array(indices.length);
  const probable = isProbability(session.program.plan.loss);
  const pacer = new Pacer(session.config.train.batchSize, 65_536);
  let correct = 0;
  let lossSum = 0;
  let amongFive = 0;
  for (let done = 0; done < indices.length; ) {
    if (interrupted()) return null;
    const part = indices.subarray(done, done + pacer.next(indices.length - done));
    const before = performance.now();
    const report = await session.program.evaluate(source.name, part, { outputs: true });
    pacer.measured(part.length, performance.now() - before);
    for (const [i, index] of part.entries()) {
      const truth = source.labels[index] as number;
      const cell = truth * classes + (report.predictions[i] as number);
      confusion[cell] = (confusion[cell] as number) + 1;
    }
    predictions.set(report.predictions, done);
    if (report.outputs) {
      scores.set(topScores(report.outputs, report.predictions, classes, probable), done);
      const labels = Array.from(part, (index) => source.labels[index] as number);
      if (classes > 5) amongFive += countAmong(report.outputs, labels, classes, 5);
    }
    correct += report.correct;
    lossSum += report.lossSum;
    done += part.length;
    await setImmediate();
  }
  const count = indices.length;
  const top5 = classes > 5 ? amongFive / count : null;
  return {
    split,
    count,
    correct,
    loss: lossSum / count,
    accuracy: correct / count,
    top5,
    confusion,
    predictions,
    scores,
  };
}
