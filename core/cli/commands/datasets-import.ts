import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { findDataset } from '../../data/index.ts';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import type { Command } from '../command.ts';

export const datasetsImport: Command = {
  usage: 'datasets import <name> <folder>',
  summary:
    'Use one’s own copy of a data set, e.g. fewer samples of MNIST; it goes before the one that came with Convolab.',
  positionals: [2, 2],
  flags: {},
  async run({ arguments: given, output, home }) {
    const [name, folder] = given.positionals as [string, string];
    const definition = findDataset(name);
    const source = resolve(folder);
    const files = await listFiles(source);
    // Copied and read whole under another name first: a bad copy never comes to where training would find it.
    const trial = join(home, 'datasets', `.import-${process.pid}`);
    const copy = join(trial, 'datasets', name);
    try {
      await copyAll(source, files, copy);
      const { splits, status, faults } = await definition.verify(trial);
      if (status !== 'ready') throw new ConvolabError('dataset.damaged', faults[0]?.reason ?? status);
      const target = join(home, 'datasets', name);
      await rm(target, { recursive: true, force: true });
      await rename(copy, target);
      output.object({ name, folder: target, splits });
      output.text(`${definition.title} is now read from ${target}.`);
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
    return 0;
  },
};

const idxFile = /-ubyte(\.gz)?$/;

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((cause: Error) => {
    const hint = 'Give the folder that holds the files.';
    throw new ConvolabError('file.unreadable', `Cannot read ${folder}: ${cause.message}`, {
      subject: folder,
      hint,
    });
  });
  const files = entries.filter((file) => idxFile.test(file));
  if (files.length > 0) return files;
  throw new ConvolabError('argument.invalid', `${folder} holds no IDX files.`, {
    subject: folder,
    hint: 'IDX files end in -ubyte or -ubyte.gz, such as train-images-idx3-ubyte.gz.',
  });
}

async function copyAll(source: string, files: readonly string[], target: string): Promise<void> {
  try {
    makeFolders(target);
    for (const file of files) await copyFile(join(source, file), join(target, file));
  } catch (cause) {
    throw writeError(target, cause);
  }
}
