import { existsSync } from 'node:fs';
import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { readExperiment } from '../experiment-source.ts';
import { withLines } from '../spec-lines.ts';
import { trainToEnd } from '../train.ts';

export const run: Command = {
  usage: 'run <experiment file, preset, or - for standard input>',
  summary:
    'Train an experiment: every combination of its grid with every seed. Runs that were queued earlier go first.',
  positionals: [1, 1],
  flags: {
    set: {
      value: '<path=value>',
      multiple: true,
      help: 'Change the experiment, e.g. --set train.optimizer.lr=0.01 or --set seeds=[1,2].',
    },
    epochs: { value: '<n>', help: 'Epochs to train.' },
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    threads: { value: '<n>', help: 'Threads per run; the result is the same for any number.' },
  },
  async run({ arguments: given, output, engine: open }) {
    const epochs = given.count('epochs');
    const backend = given.text('backend');
    const source = given.positionals[0] as string;
    const changes = [
      ...given.list('set'),
      ...(epochs === undefined ? [] : [`train.epochs=${epochs}`]),
      ...(backend === undefined ? [] : [`backend=${JSON.stringify(backend)}`]),
    ];
    const config = await readExperiment(source, changes);
    let ours: readonly string[] | null = null;
    const engine = await open({ runJobs: true, following: () => ours, threads: given.count('threads') });
    const { runs, warnings } = await call(engine, 'experiments.create', { config }).catch(async (thrown) => {
      if (!existsSync(source)) throw thrown;
      const changed = changes.map((change) => change.split('=')[0] ?? '');
      throw await withLines(thrown, source, changed);
    });
    for (const warning of warnings) output.warning(warning);
    ours = runs;
    return trainToEnd(engine, runs, output);
  },
};
