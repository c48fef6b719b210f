import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { trainToEnd } from '../train.ts';

export const resume: Command = {
  usage: 'resume <run>',
  summary:
    'Go on with a paused, interrupted, stopped or failed run; with --epochs, train a finished one further.',
  positionals: [1, 1],
  flags: {
    epochs: { value: '<n>', help: 'Epochs to train beyond those that a finished or stopped run has done.' },
    backend: { value: '<b>', help: 'Go on with another device, such as cpu after a GPU was lost.' },
    threads: { value: '<n>', help: 'Threads; the result is the same for any number.' },
  },
  async run({ arguments: given, output, engine: open }) {
    const id = given.positionals[0] as string;
    const epochs = given.count('epochs');
    const backend = given.text('backend');
    let ours: readonly string[] | null = null;
    const engine = await open({ runJobs: true, following: () => ours, threads: given.count('threads') });
    if (epochs === undefined) await call(engine, 'runs.resume', { run: id, ...(backend && { backend }) });
    else await call(engine, 'runs.extend', { run: id, epochs });
    ours = [id];
    return trainToEnd(engine, ours, output);
  },
};
