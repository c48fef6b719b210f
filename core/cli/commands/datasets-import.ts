import { resolve } from 'node:path';
import { importDataset } from '../../data/acquire/import.ts';
import { datasets, findDataset } from '../../data/index.ts';
import { datasetFolder } from '../../data/stored/folder.ts';
import { tellReady, watchAcquisition } from '../acquisition.ts';
import type { Command } from '../command.ts';
import { importOwn } from '../import-own.ts';

/** Files that a data set is published in, at most; LFW has four. */
const mostPaths = 16;

export const datasetsImport: Command = {
  usage: 'datasets import <name> <folder or file>...',
  summary:
    'Use a copy of a data set from elsewhere: the archives its makers publish, or a folder of its files, e.g. fewer ' +
    'samples of MNIST. It goes before the one that came with Convolab. Under a name of your own: a folder of images ' +
    'in class folders, or a .csv, .npz or .safetensors file.',
  positionals: [2, 1 + mostPaths],
  flags: {},
  async run({ arguments: given, output, home, engine }) {
    const [name, ...paths] = given.positionals as [string, ...string[]];
    if (!datasets.has(name) && paths.length === 1) {
      await importOwn(await engine(), output, name, paths[0] as string);
      return 0;
    }
    const dataset = findDataset(name);
    const from = paths.map((path) => resolve(path));
    const report = await watchAcquisition(output, (watching) => importDataset(dataset, home, from, watching));
    tellReady(output, dataset.title, datasetFolder(home, name), report);
    return 0;
  },
};
