import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../store/store.ts';
import { judgedParameters } from '../../train/averaging.ts';
import { readCheckpoint } from '../../train/checkpoints.ts';
import { evaluate } from '../../train/evaluate.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { openSession } from '../../train/session.ts';
import { mustBeTrainedOn } from '../../train/training-data.ts';
import type { Command } from '../command.ts';
import { metricValue, percent } from '../format.ts';
import { openChosenDevice } from '../open-device.ts';

export const evaluateCommand: Command = {
  usage: 'evaluate <run>',
  summary:
    'Judge a run’s best weights on its test set, or on another data set of the same shape and classes.',
  positionals: [1, 1],
  flags: {
    dataset: { value: '<name>', help: 'Another data set’s test set, normalised as the run was trained.' },
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference; by default the run’s own.' },
    threads: { value: '<n>', help: 'Threads.' },
  },
  async run({ arguments: given, output, home }) {
    const run = given.positionals[0] as string;
    const store = openStore(home);
    try {
      const config = store.runs.setup(run).config as RunConfig;
      const { path, sha256, epoch } = store.checkpoints.find(run, 'best');
      const backend = await openChosenDevice(given.text('backend') ?? config.backend, output);
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
      session.program.dispose();
      backend.close?.();
      if (result === null) return 1;
      const { loss, accuracy, correct, count } = result;
      const dataset = given.text('dataset') ?? config.dataset.name;
      output.object({ run, dataset, split: 'test', epoch, loss, accuracy, correct, count });
      output.text(
        `Epoch ${epoch} on the test set of ${dataset}: accuracy ${percent(accuracy)} (${correct} of ${count}), ` +
          `loss ${metricValue('loss', loss)}`,
      );
      return 0;
    } finally {
      store.close();
    }
  },
};
