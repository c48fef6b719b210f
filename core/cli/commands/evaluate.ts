import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import type { ViewKind } from '../../contract/judgement.ts';
import { type Prediction, predictionsCsv } from '../../contract/predictions-csv.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import { listOwnData } from '../../engine/own-data.ts';
import { writeFileAtomic } from '../../export/atomic-file.ts';
import { openStore, type Store } from '../../store/store.ts';
import { judgedParameters } from '../../train/averaging.ts';
import { readCheckpoint } from '../../train/checkpoints.ts';
import { type Committee, formCommittee, opinionOf } from '../../train/committee.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { judge, openJudged } from '../../train/judged.ts';
import { openSession, type Session } from '../../train/session.ts';
import { mustBeTrainedOn } from '../../train/training-data.ts';
import { checkpointFlag, chosenCheckpoint } from '../checkpoint.ts';
import type { Command } from '../command.ts';
import { metricValue, percent } from '../format.ts';
import { sourceAt } from '../import-own.ts';
import { openChosenDevice } from '../open-device.ts';
import { readViews, viewsFlag } from '../views.ts';

/** Samples of other data that are read and judged at a time. */
const atOnce = 4096;

export const evaluateCommand: Command = {
  usage: 'evaluate <run>',
  summary: 'Judge a run’s weights on its test set, on another data set’s, or on a folder of images.',
  positionals: [1, 1],
  flags: {
    dataset: {
      value: '<name or path>',
      help: 'Another data set’s test set, or all images of a folder (one folder per class) or file; in the size and normalised as the run was trained.',
    },
    predictions: {
      value: '<out.csv>',
      help: 'Write every prediction: index, class, predicted class, probability.',
    },
    checkpoint: checkpointFlag,
    views: viewsFlag,
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference; by default the run’s own.' },
    threads: { value: '<n>', help: 'Threads.' },
  },
  async run({ arguments: given, output, home }) {
    const run = given.positionals[0] as string;
    const kind = readViews(given.text('views'));
    const store = openStore(home);
    try {
      const config = store.runs.setup(run).config as RunConfig;
      const { path, sha256, epoch } = store.checkpoints.find(run, chosenCheckpoint(given.text('checkpoint')));
      const named = given.text('dataset');
      const other = named === undefined ? undefined : await otherData(named, config, store);
      if (other && kind !== 'one') throw noViews(other);
      const backend = await openChosenDevice(given.text('backend') ?? config.backend, output, home);
      const session = await openSession(config, {
        home,
        backend,
        threads: given.count('threads') ?? availableParallelism(),
      });
      const { state, data } = await readCheckpoint(join(home, path), sha256);
      mustBeTrainedOn(data, session.data);
      session.program.setState({ ...state, parameters: judgedParameters(state, config.train.average) });
      const result = other ? await judgeOther(session, other, home) : await evaluate(session, 'test');
      const seen = kind === 'one' ? null : await opinionOf(session, kind);
      session.program.dispose();
      backend.close?.();
      if (result === null) return 1;
      const { loss, accuracy, top5, correct, count } = result;
      const out = given.text('predictions');
      if (out !== undefined) {
        const rows = 'labels' in result ? result.labels : session.splits.test.source.labels;
        const { classes } = session.data;
        await writeFileAtomic(resolve(out), [predictionsCsv(rowsOf(result, rows), classes)]);
      }
      const averaged = seen && { kind, views: seen.views, ...formCommittee([seen]) };
      const dataset = other?.name ?? config.dataset.name;
      const split = other?.source ? 'all' : 'test';
      const judged = { run, dataset, split, epoch, loss, accuracy, top5, correct, count };
      output.object({ ...judged, ...(averaged && { averaged: scoresOf(averaged) }) });
      output.text(
        `Epoch ${epoch} on ${split === 'all' ? 'all images' : 'the test set'} of ${dataset}: accuracy ${percent(accuracy)} (${correct} of ${count}), ` +
          `loss ${metricValue('loss', loss)}`,
      );
      if (out !== undefined) output.text(`Wrote ${count} predictions to ${resolve(out)}.`);
      if (averaged) {
        output.text(
          `Averaged over ${averaged.views} views of every image (${kind}): accuracy ${percent(averaged.accuracy)} ` +
            `(${averaged.correct} of ${count})`,
        );
      }
      return 0;
    } finally {
      store.close();
    }
  },
};

function scoresOf({ kind, views, accuracy, top5, correct }: Committee & { kind: ViewKind; views: number }) {
  return { kind, views, accuracy, top5, correct };
}

/** A path that is there, what was imported under this name, or a data set; undefined for the run's own. */
async function otherData(
  named: string,
  { dataset }: RunConfig,
  store: Store,
): Promise<DatasetReference | undefined> {
  const path = resolve(named);
  if (await stat(path).catch(() => null)) return { name: basename(path), source: await sourceAt(path) };
  const own = listOwnData(store).find(({ name }) => name === named);
  return own ?? (named === dataset.name ? undefined : { name: named });
}

function noViews({ name }: DatasetReference): ConvolabError {
  return new ConvolabError('argument.invalid', `Images of ${name} are seen in one view.`, {
    subject: '--views',
    hint: 'Leave out --views, or --dataset.',
  });
}

/** What is made of other data than the run's own, as of a split. */
interface OtherEvaluation {
  readonly loss: number;
  readonly accuracy: number;
  readonly top5: number | null;
  readonly correct: number;
  readonly count: number;
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** Of the predicted class. */
  readonly scores: Float32Array;
}

async function judgeOther(
  { splits, data, program, transform }: Session,
  reference: DatasetReference,
  home: string,
): Promise<OtherEvaluation> {
  const { source: train } = splits.train;
  const trained = {
    name: data.name,
    shape: train.shape,
    classes: data.classes,
    splits: { train, test: splits.test.source },
  };
  const judged = await openJudged(trained, reference, home);
  try {
    const { count, labels } = judged;
    const predictions = new Int32Array(count);
    const scores = new Float32Array(count);
    let [lossSum, correct] = [0, 0];
    let amongFive: number | null = null;
    for (let first = 0; first < count; first += atOnce) {
      const part = await judge(program, judged, transform, { first, count: atOnce });
      predictions.set(part.predictions, first);
      scores.set(part.confidences, first);
      lossSum += part.lossSum;
      correct += part.correct;
      if (part.amongFive !== null) amongFive = (amongFive ?? 0) + part.amongFive;
    }
    const loss = lossSum / count;
    const top5 = amongFive === null ? null : amongFive / count;
    return { loss, accuracy: correct / count, top5, correct, count, labels, predictions, scores };
  } finally {
    await judged.close();
  }
}

function rowsOf(
  { predictions, scores }: Pick<OtherEvaluation, 'predictions' | 'scores'>,
  labels: Int32Array,
): Prediction[] {
  return Array.from(predictions, (prediction, index) => ({
    index,
    label: labels[index] as number,
    prediction,
    probability: scores[index] as number,
  }));
}
