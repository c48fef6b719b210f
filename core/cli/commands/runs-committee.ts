import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../backends/backend.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { openStore, type Store } from '../../store/store.ts';
import { judgedParameters } from '../../train/averaging.ts';
import { readCheckpoint } from '../../train/checkpoints.ts';
import { formCommittee, type Opinion, opinionOf } from '../../train/committee.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { openSession } from '../../train/session.ts';
import { mustBeTrainedOn } from '../../train/training-data.ts';
import type { Command } from '../command.ts';
import { percent } from '../format.ts';
import { openChosenDevice } from '../open-device.ts';

export const runsCommittee: Command = {
  usage: 'runs committee <run or experiment>...',
  summary: 'Average what the best weights of several runs say of the test set, as MCDNN does.',
  positionals: [1, Number.POSITIVE_INFINITY],
  flags: {
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    threads: { value: '<n>', help: 'Threads.' },
  },
  async run({ arguments: given, output, home }) {
    const store = openStore(home);
    try {
      const runs = runsOf(store, given.positionals);
      const backend = await openChosenDevice(given.text('backend') ?? 'auto', output);
      const threads = given.count('threads') ?? availableParallelism();
      const opinions: Opinion[] = [];
      for (const run of runs) opinions.push(await askColumn(store, run, { home, backend, threads }));
      backend.close?.();
      const { columns, ...whole } = formCommittee(opinions);
      const named = columns.map((column, i) => ({ run: runs[i] as string, ...column }));
      output.object({ columns: named, ...whole });
      for (const { run, accuracy, correct } of named) {
        const { name } = store.runs.get(run);
        output.text(`${run}  ${percent(accuracy)} (${correct} of ${whole.count})  ${name}`);
      }
      output.text(
        `Committee of ${runs.length}: ${percent(whole.accuracy)} (${whole.correct} of ${whole.count}); ` +
          `wrong: ${whole.wrong.map(({ index, label, predicted }) => `${index} (${label} as ${predicted})`).join(', ')}`,
      );
      return 0;
    } finally {
      store.close();
    }
  },
};

/** Ids as they are; an experiment stands for its finished runs. */
function runsOf(store: Store, wanted: readonly string[]): string[] {
  const all = store.runs.list();
  return wanted.flatMap((id) => {
    if (all.some((run) => run.id === id)) return [id];
    const members = all.filter((run) => run.experimentId === id || run.experimentName === id);
    const finished = members.filter(({ status }) => status === 'finished').map((run) => run.id);
    if (finished.length > 0) return finished;
    throw new ConvolabError(
      'run.unknown',
      `There is no run, and no experiment with finished runs, "${id}".`,
      {
        subject: id,
        hint: '`convolab runs list` names them all.',
      },
    );
  });
}

async function askColumn(
  store: Store,
  run: string,
  place: { readonly home: string; readonly backend: Backend; readonly threads: number },
): Promise<Opinion> {
  const config = store.runs.setup(run).config as RunConfig;
  const { path, sha256 } = store.checkpoints.find(run, 'best');
  const session = await openSession(config, place);
  const { state, data } = await readCheckpoint(join(place.home, path), sha256);
  mustBeTrainedOn(data, session.data);
  session.program.setState({ ...state, parameters: judgedParameters(state, config.train.average) });
  try {
    return await opinionOf(session);
  } finally {
    session.program.dispose();
  }
}
