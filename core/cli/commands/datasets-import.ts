import { resolve } from 'node:path';
import { importDataset } from '../../data/acquire/import.ts';
import { findDataset } from '../../data/index.ts';
import { datasetFolder } from '../../data/stored/folder.ts';
import { tellReady, watchAcquisition } from '../acquisition.ts';
import type { Command } from '../command.ts';

/** Files that a data set is published in, at most; LFW has four. */
const mostPaths = 16;

export const datasetsImport: Command = {
  usage: 'datasets import <name> <folder or file>...',
  summary:
    'Use a copy of a data set from elsewhere: the archives its makers publish, or a folder of its files, e.g. fewer ' +
    'samples of MNIST. It goes before the one that came with Convolab.',
  positionals: [2, 1 + mostPaths],
  flags: {},
  async run({ arguments: given, output, home }) {
    const [name, ...paths] = given.positionals as [string, ...string[]];
    const dataset = findDataset(name);
    const from = paths.map((path) => resolve(path));
    const report = await watchAcquisition(output, (watching) => importDataset(dataset, home, from, watching));
    tellReady(output, dataset.title, datasetFolder(home, name), report);
    return 0;
  },
};
