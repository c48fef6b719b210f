import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { PresetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import { describeFields } from '../contract/fields.ts';
import { findIssues } from '../contract/issues.ts';
import { suggestion } from '../contract/nearest.ts';
import type { ExperimentEnvelope, ModelSource } from '../contract/specs.ts';
import { type ModelSpec, parseModel } from '../graph/parse.ts';
import { lenet5 } from './lenet-5.ts';
import type { Preset } from './preset.ts';

/** Every preset: one file and one line here. */
export const presets: readonly Preset[] = [lenet5];

/** @throws `preset.unknown`, with the nearest known name */
export function findPreset(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found) return found;
  const known = presets.map((preset) => preset.name);
  throw new ConvolabError('preset.unknown', `there is no preset "${name}"${suggestion(name, known)}`, {
    subject: name,
    hint: `known presets: ${known.join(', ')}`,
  });
}

/**
 * The model that a specification means, whichever of the three ways it is given: a preset with options, the
 * specification itself, or a file (YAML or JSON; relative to the working directory).
 * @throws `preset.unknown`, `file.unreadable`, `spec.syntax`, `spec.invalid`, `spec.unknown-key`
 */
export async function resolveModel(source: ModelSource): Promise<ModelSpec> {
  if ('preset' in source) return presetModel(findPreset(source.preset), source.options ?? {});
  if ('spec' in source) return parseModel(source.spec);
  return parseModel(await readSpecFile(source.file));
}

function presetModel(preset: Preset, options: Readonly<Record<string, unknown>>): ModelSpec {
  const issues = findIssues(preset.options, options, ['model', 'options']);
  if (issues.length > 0) {
    const unknownOnly = issues.every(({ message }) => message.startsWith('unknown key'));
    throw new ConvolabError(
      unknownOnly ? 'spec.unknown-key' : 'spec.invalid',
      `the options of preset ${preset.name} are not valid: ${issues[0]?.path}: ${issues[0]?.message}`,
      { subject: issues[0]?.path, hint: 'correct the options listed', issues },
    );
  }
  return parseModel(preset.model(preset.options.parse(options)));
}

async function readSpecFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConvolabError(
      'file.unreadable',
      `the model file ${path} cannot be read`,
      { subject: path, hint: 'check the path and its permissions' },
      { cause },
    );
  }
  try {
    // JSON is YAML too, so one parser reads both.
    return parseYaml(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConvolabError(
      'spec.syntax',
      `the model file ${path} is neither YAML nor JSON: ${reason}`,
      { subject: path, hint: 'correct the line named' },
      { cause },
    );
  }
}

/** The one-run experiment that a preset is: its default data and recipe, with the default options written out. */
export function presetExperiment(preset: Preset): ExperimentEnvelope {
  const model = { preset: preset.name, options: preset.options.parse({}) };
  return { version: 1, name: preset.name, model, ...preset.experiment };
}

/** For the window's forms. */
export const presetDescriptors: readonly PresetDescriptor[] = presets.map((preset) => ({
  name: preset.name,
  title: preset.title,
  description: preset.description,
  ...(preset.published && { published: preset.published }),
  options: describeFields(preset.options),
  experiment: presetExperiment(preset),
}));
