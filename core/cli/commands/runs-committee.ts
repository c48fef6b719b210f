import { availableParallelism } from 'node:os';
import { ConvolabError } from '../../contract/errors.ts';
import { judgedColumn } from '../../engine/judged-column.ts';
import { openStore, type Store } from '../../store/store.ts';
import { judgeRuns } from '../../train/judge.ts';
import { checkpointFlag, chosenCheckpoint } from '../checkpoint.ts';
import type { Command } from '../command.ts';
import { percent } from '../format.ts';
import { openChosenDevice } from '../open-device.ts';
import { readViews, viewsFlag } from '../views.ts';

export const runsCommittee: Command = {
  usage: 'runs committee <run or experiment>...',
  summary: 'Average what several runs say of the test set, as MCDNN does.',
  positionals: [1, Number.POSITIVE_INFINITY],
  flags: {
    checkpoint: checkpointFlag,
    views: viewsFlag,
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    threads: { value: '<n>', help: 'Threads.' },
  },
  async run({ arguments: given, output, home }) {
    const store = openStore(home);
    try {
      const runs = runsOf(store, given.positionals);
      const views = readViews(given.text('views'));
      const checkpoint = chosenCheckpoint(given.text('checkpoint'));
      const asked = runs.map((run) => judgedColumn(store, run, checkpoint));
      const backend = await openChosenDevice(given.text('backend') ?? 'auto', output, home);
      const threads = given.count('threads') ?? availableParallelism();
      const {
        columns,
        classes: _names,
        ...whole
      } = await judgeRuns(asked, { home, backend, threads, views });
      backend.close?.();
      const named = columns.map((column, i) => ({ run: runs[i] as string, ...column }));
      output.object({ columns: named, ...whole });
      for (const { run, accuracy, correct } of named) {
        const { name } = store.runs.get(run);
        output.text(`${run}  ${percent(accuracy)} (${correct} of ${whole.count})  ${name}`);
      }
      output.text(
        `Committee of ${runs.length}${whole.views > 1 ? `, ${whole.views} views of every image` : ''}: ${percent(whole.accuracy)} (${whole.correct} of ${whole.count}); ` +
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
