import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ViewKind } from '../../contract/judgement.ts';
import { openStore } from '../../store/store.ts';
import { judgedParameters } from '../../train/averaging.ts';
import { readCheckpoint } from '../../train/checkpoints.ts';
import { type Committee, formCommittee, opinionOf } from '../../train/committee.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { openSession } from '../../train/session.ts';
import { mustBeTrainedOn } from '../../train/training-data.ts';
import type { Command } from '../command.ts';
import { metricValue, percent } from '../format.ts';
import { openChosenDevice } from '../open-device.ts';
import { readViews, viewsFlag } from '../views.ts';

export const evaluateCommand: Command = {
  usage: 'evaluate <run>',
  summary:
    'Judge a run’s best weights on its test set, or on another data set of the same shape and classes.',
  positionals: [1, 1],
  flags: {
    dataset: { value: '<name>', help: 'Another data set’s test set, normalised as the run was trained.' },
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
      const { path, sha256, epoch } = store.checkpoints.find(run, 'best');
      const backend = await openChosenDevice(given.text('backend') ?? config.backend, output, home);
      const session = await openSession(config, {
        home,
        backend,
        threads: given.count('threads') ?? availableParallelism(),
        testDataset: given.text('dataset'),
      });
      const { state, data } = await readCheckpoint(join(home, path), sha256);
      mustBeTrainedOn(data, session.data);
      session.program.setState({ ...state, parameters: judgedParameters(state, config.train.average) });
      const result = await evaluate(session, 'test');
      const seen = kind === 'one' ? null : await opinionOf(session, kind);
      session.program.dispose();
      backend.close?.();
      if (result === null) return 1;
      const { loss, accuracy, top5, correct, count } = result;
      const averaged = seen && { kind, views: seen.views, ...formCommittee([seen]) };
      const dataset = given.text('dataset') ?? config.dataset.name;
      const judged = { run, dataset, split: 'test', epoch, loss, accuracy, top5, correct, count };
      output.object({ ...judged, ...(averaged && { averaged: scoresOf(averaged) }) });
      output.text(
        `Epoch ${epoch} on the test set of ${dataset}: accuracy ${percent(accuracy)} (${correct} of ${count}), ` +
          `loss ${metricValue('loss', loss)}`,
      );
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
