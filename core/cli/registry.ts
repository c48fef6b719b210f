import type { Command } from './command.ts';

type Loader = () => Promise<Command>;

/** Every command: one line each, loaded only when it is asked for. */
export const commands: Readonly<Record<string, { readonly summary: string; readonly load: Loader }>> = {
  run: { summary: 'Train an experiment.', load: async () => (await import('./commands/run.ts')).run },
  resume: {
    summary: 'Go on with a run, or train it further.',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  evaluate: {
    summary: 'Judge a run’s best weights on a test set.',
    load: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  },
  presets: {
    summary: 'List the experiments and networks that come with Convolab.',
    load: async () => (await import('./commands/presets.ts')).presets,
  },
  'model describe': {
    summary: 'Show a network’s layers, shapes and parameters.',
    load: async () => (await import('./commands/model-describe.ts')).modelDescribe,
  },
  'runs list': {
    summary: 'List all runs, newest last.',
    load: async () => (await import('./commands/runs-list.ts')).runsList,
  },
  'runs show': {
    summary: 'Show all that is known of a run.',
    load: async () => (await import('./commands/runs-show.ts')).runsShow,
  },
  'runs compare': {
    summary: 'Compare runs, grouped by what differs.',
    load: async () => (await import('./commands/runs-compare.ts')).runsCompare,
  },
  'runs committee': {
    summary: 'Average what several runs say of the test set.',
    load: async () => (await import('./commands/runs-committee.ts')).runsCommittee,
  },
  'runs delete': {
    summary: 'Delete runs for good.',
    load: async () => (await import('./commands/runs-delete.ts')).runsDelete,
  },
  'runs export': {
    summary: 'Export a run’s weights or curves.',
    load: async () => (await import('./commands/runs-export.ts')).runsExport,
  },
  'datasets list': {
    summary: 'List the data sets.',
    load: async () => (await import('./commands/datasets-list.ts')).datasetsList,
  },
  'datasets show': {
    summary: 'Show a data set’s splits and classes.',
    load: async () => (await import('./commands/datasets-show.ts')).datasetsShow,
  },
  'datasets get': {
    summary: 'Fetch a data set.',
    load: async () => (await import('./commands/datasets-get.ts')).datasetsGet,
  },
  'datasets import': {
    summary: 'Use one’s own copy of a data set.',
    load: async () => (await import('./commands/datasets-import.ts')).datasetsImport,
  },
  'datasets verify': {
    summary: 'Read a data set whole and compare it with what was published.',
    load: async () => (await import('./commands/datasets-verify.ts')).datasetsVerify,
  },
  'datasets derived': {
    summary: 'List the derived sets that are kept on disk.',
    load: async () => (await import('./commands/datasets-derived.ts')).datasetsDerived,
  },
  'datasets prune': {
    summary: 'Remove derived sets that are not needed.',
    load: async () => (await import('./commands/datasets-prune.ts')).datasetsPrune,
  },
  devices: {
    summary: 'List what can be trained on.',
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  bench: {
    summary: 'Measure training and evaluation speed.',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  probe: {
    summary: 'One forward and backward pass, to check against another framework.',
    load: async () => (await import('./commands/probe.ts')).probe,
  },
};
