import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { absoluteSource } from '../train/data-paths.ts';
import { applySet } from '../train/experiment.ts';
import { embedModelFiles } from '../train/model-issues.ts';
import { findPresetExperiment } from '../train/preset-experiments.ts';
import { parseText, readSpecFile } from '../train/source.ts';

/**
 * The unread experiment that an argument names: a file, a preset, or `-` for standard input; with changes applied and
 * the model files that it names read in; paths of one's own data are made absolute.
 * @throws `file.unreadable`, `spec.syntax`, `preset.unknown`, `argument.invalid`
 */
export async function readExperiment(argument: string, changes: readonly string[]): Promise<unknown> {
  const { raw, folder } = await find(argument);
  return absoluteSource(await embedModelFiles(changes.reduce(applySet, raw), folder), folder);
}

async function find(argument: string): Promise<{ raw: unknown; folder: string }> {
  const here = process.cwd();
  if (argument === '-') return { raw: parseText(await text(process.stdin), 'Standard input'), folder: here };
  if (existsSync(argument) || looksLikePath(argument)) {
    const path = resolve(argument);
    return { raw: await readSpecFile(path), folder: dirname(path) };
  }
  return { raw: await findPresetExperiment(argument), folder: here };
}

/** Presets have neither folders nor endings. */
export function looksLikePath(argument: string): boolean {
  return /[\\/]|\.(ya?ml|json)$/i.test(argument);
}
