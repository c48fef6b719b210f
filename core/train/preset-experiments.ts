import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PresetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import { nearest } from '../contract/nearest.ts';
import { presetExperiment, presets } from '../models/index.ts';
import { measuredWith } from '../models/measured.ts';
import { parseText, readText } from './source.ts';

const folder = fileURLToPath(new URL('../../resources/experiments', import.meta.url));

/** Name of a preset experiment: its file's, without the ending. */
async function names(): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

function read(name: string): Promise<string> {
  return readText(join(folder, `${name}.yaml`));
}

/** Experiments that came with the app, as the window's cards show them; the comment on top describes one. */
export async function presetExperiments(): Promise<PresetDescriptor[]> {
  return Promise.all(
    (await names()).map(async (name) => {
      const text = await read(name);
      const experiment = parseText(text, name) as { name: string };
      return {
        name,
        title: experiment.name,
        description: topComment(text),
        options: [],
        measured: measuredWith(name),
        experiment,
      };
    }),
  );
}

function topComment(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const comment = lines.slice(0, end).map((line) => line.replace(/^#\s*/, ''));
  return comment.join(' ').trim();
}

/**
 * The unread experiment behind a name: one that came with the app, or a model preset's own.
 * @throws `preset.unknown` with the nearest known name
 */
export async function findPresetExperiment(name: string): Promise<unknown> {
  const experiments = await names();
  if (experiments.includes(name)) return parseText(await read(name), name);
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset) return presetExperiment(preset);
  const known = [...experiments, ...presets.map((candidate) => candidate.name)];
  const meant = nearest(name, known);
  throw new ConvolabError('preset.unknown', `There is no experiment file or preset called "${name}".`, {
    subject: name,
    hint: `${meant ? `Did you mean ${meant}? ` : ''}Known presets: ${known.join(', ')}.`,
  });
}
