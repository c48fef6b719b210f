import { setImmediate } from 'node:timers/promises';
import { ConvolabError } from '../contract/errors.ts';
import type { ViewKind } from '../contract/judgement.ts';
import { countAmong, largestAt } from './scores.ts';
import type { Session } from './session.ts';
import { viewsOf } from './views.ts';

/** What one network says of the test set. */
export interface Opinion {
  readonly count: number;
  readonly classes: number;
  /** Views of each image. */
  readonly views: number;
  /** [count, classes]; softmax of the outputs, its mean over the views. */
  readonly probabilities: Float64Array;
  readonly labels: Int32Array;
}

/** What several networks say together: the mean of their probabilities (Ciresan et al. 2012, equation (2)). */
export interface Committee {
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Share of the images whose class is among the five most probable; null with five classes or fewer. */
  readonly top5: number | null;
  /** Of each network by itself. */
  readonly columns: readonly { readonly correct: number; readonly accuracy: number }[];
  /** Images that the committee still gets wrong, those first of which it is the surest. */
  readonly wrong: readonly {
    readonly index: number;
    readonly label: number;
    readonly predicted: number;
    /** Probability given to the wrong class. */
    readonly sure: number;
  }[];
}

/** Runs the test set through a session's network with the weights as they are, and averages over the views. */
export async function opinionOf(session: Session, kind: ViewKind = 'one'): Promise<Opinion> {
  const { program, splits, transform, config } = session;
  const { indices, source } = splits.test;
  const views = viewsOf(kind, {
    image: source.shape,
    input: program.plan.input,
    transform,
    augment: config.dataset.augment,
  });
  const probabilities = new Float64Array(indices.length * source.classes);
  for (const view of views) {
    program.attach('test', source, view);
    const seen = await askOnce(session);
    for (let i = 0; i < seen.length; i++)
      probabilities[i] = (probabilities[i] as number) + (seen[i] as number) / views.length;
  }
  program.attach('test', source, transform);
  const labels = Int32Array.from(indices, (index) => source.labels[index] as number);
  return { count: indices.length, classes: source.classes, views: views.length, probabilities, labels };
}

/** Softmax of the outputs for the test set as it is attached, [count, classes]. */
async function askOnce({ program, splits, config }: Session): Promise<Float64Array> {
  const { indices, source } = splits.test;
  const { classes } = source;
  const probabilities = new Float64Array(indices.length * classes);
  // Enough for a call to be worth it, little enough to be answered within a moment.
  const part = config.train.batchSize * 16;
  for (let start = 0; start < indices.length; start += part) {
    const asked = indices.subarray(start, start + part);
    const { outputs } = await program.evaluate(source.name, asked, { outputs: true });
    if (outputs) softmaxRows(outputs, classes, probabilities, start * classes);
    await setImmediate();
  }
  return probabilities;
}

/** Each row shifted by its greatest, so that no exponential overflows. */
function softmaxRows(outputs: Float32Array, classes: number, to: Float64Array, at: number): void {
  for (let row = 0; row < outputs.length; row += classes) {
    const values = outputs.subarray(row, row + classes);
    const greatest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const power = Math.exp((values[k] as number) - greatest);
      to[at + row + k] = power;
      sum += power;
    }
    for (let k = 0; k < classes; k++) to[at + row + k] = (to[at + row + k] as number) / sum;
  }
}

/**
 * Averages what networks say of the same images.
 * @throws `argument.invalid` where they were not asked about the same
 */
export function formCommittee(opinions: readonly Opinion[]): Committee {
  const [first] = opinions;
  if (!first) throw new ConvolabError('argument.invalid', 'A committee needs at least one network.');
  const { count, classes, labels } = first;
  for (const other of opinions) {
    if (other.classes === classes && other.labels.every((label, i) => label === labels[i])) continue;
    throw new ConvolabError('argument.invalid', 'The runs were not tested on the same images.', {
      hint: 'A committee is made of runs on one data set, whose test set has the same images in the same order.',
    });
  }
  const mean = new Float64Array(count * classes);
  for (const { probabilities } of opinions) {
    for (let i = 0; i < mean.length; i++)
      mean[i] = (mean[i] as number) + (probabilities[i] as number) / opinions.length;
  }
  const wrong: Committee['wrong'][number][] = [];
  for (let index = 0; index < count; index++) {
    const predicted = largestAt(mean, index, classes);
    const label = labels[index] as number;
    if (predicted === label) continue;
    wrong.push({ index, label, predicted, sure: mean[index * classes + predicted] as number });
  }
  wrong.sort((one, other) => other.sure - one.sure || one.index - other.index);
  const top5 = classes > 5 ? countAmong(mean, labels, classes, 5) / count : null;
  const columns = opinions.map(({ probabilities }) => {
    const correct = labels.reduce(
      (sum, label, i) => sum + (largestAt(probabilities, i, classes) === label ? 1 : 0),
      0,
    );
    return { correct, accuracy: correct / count };
  });
  const correct = count - wrong.length;
  return { count, correct, accuracy: correct / count, top5, columns, wrong };
}
