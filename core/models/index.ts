import type { PresetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import { describeFields } from '../contract/fields.ts';
import { findIssues, specError } from '../contract/issues.ts';
import { suggestion } from '../contract/nearest.ts';
import type { ExperimentEnvelope, ModelSource } from '../contract/specs.ts';
import { type ModelSpec, parseModel } from '../graph/parse.ts';
import { readSpecFile } from '../train/source.ts';
import { lenet5 } from './lenet-5.ts';
import type { Preset } from './preset.ts';

/** Every preset: one file and one line here. */
export const presets: readonly Preset[] = [lenet5];

/** @throws `preset.unknown`, with the nearest known name */
export function findPreset(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found) return found;
  const known = presets.map((preset) => preset.name);
  throw new ConvolabError('preset.unknown', `There is no preset "${name}"${suggestion(name, known)}.`, {
    subject: name,
    hint: `Known presets: ${known.join(', ')}.`,
  });
}

/**
 * The model that a specification means, whichever of the three ways it is given: a preset with options, the
 * specification itself, or a file (YAML or JSON; relative to the working directory).
 * @throws `preset.unknown`, `file.unreadable`, `spec.syntax`, `spec.invalid`, `spec.unknown-key`
 */
export async function resolveModel(source: ModelSource): Promise<ModelSpec> {
  return 'file' in source ? parseModel(await readSpecFile(source.file)) : inlineModel(source);
}

/** The same where no file has to be read. */
export function inlineModel(source: Exclude<ModelSource, { file: string }>): ModelSpec {
  if ('spec' in source) return parseModel(source.spec);
  const preset = findPreset(source.preset);
  const options = source.options ?? {};
  const issues = findIssues(preset.options, options, ['model', 'options']);
  if (issues.length > 0) throw specError(`Preset ${preset.name} with these options`, issues);
  return parseModel(preset.model(preset.options.parse(options)));
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
