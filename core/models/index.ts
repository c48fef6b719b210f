import type { PresetDescriptor } from '../contract/catalog.ts';
import { ConvolabError } from '../contract/errors.ts';
import { describeFields } from '../contract/fields.ts';
import { findIssues, specError } from '../contract/issues.ts';
import { suggestion } from '../contract/nearest.ts';
import type { ExperimentEnvelope, ModelSource } from '../contract/specs.ts';
import { type ModelSpec, parseModel } from '../graph/parse.ts';
import { alexnet } from './alexnet.ts';
import { caltech12242016 } from './caltech-12-24-20-16.ts';
import { cifar1224 } from './cifar-12-24.ts';
import { deepid } from './deepid.ts';
import { fourLayerCifar } from './four-layer-cifar.ts';
import { lenet5 } from './lenet-5.ts';
import { mcdnnCifar } from './mcdnn-cifar.ts';
import { mcdnnColumn } from './mcdnn-column.ts';
import { measuredWith } from './measured.ts';
import type { Preset } from './preset.ts';
import { expandShorthand, isShorthandFile } from './shorthand.ts';
import { stl122416 } from './stl-12-24-16.ts';
import { whyConvolution } from './why-convolution.ts';

/** Every preset: one file and one line here. */
export const presets: readonly Preset[] = [
  lenet5,
  mcdnnColumn,
  alexnet,
  deepid,
  mcdnnCifar,
  cifar1224,
  stl122416,
  caltech12242016,
  fourLayerCifar,
  whyConvolution,
];

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
 * The model that a specification means, whichever of the four ways it is given: a preset with options, the papers'
 * shorthand, the specification itself, or a file (YAML or JSON; relative to the working directory) with either.
 * @throws `preset.unknown`, `file.unreadable`, `spec.syntax`, `spec.invalid`, `spec.unknown-key`
 */
export async function resolveModel(source: ModelSource): Promise<ModelSpec> {
  return 'file' in source ? readModelFile(source.file) : inlineModel(source);
}

/** @throws `file.unreadable`, `spec.syntax`, `spec.invalid`, `spec.unknown-key` */
export async function readModelFile(path: string): Promise<ModelSpec> {
  // Apart, because most models are no files, and a reader of YAML takes its time to load.
  const { readSpecFile } = await import('../train/source.ts');
  const raw = await readSpecFile(path);
  return isShorthandFile(raw) ? expandShorthand(raw) : parseModel(raw);
}

/** The same where no file has to be read. */
export function inlineModel(source: Exclude<ModelSource, { file: string }>): ModelSpec {
  if ('spec' in source) return parseModel(source.spec);
  if ('shorthand' in source) return expandShorthand(source);
  const preset = findPreset(source.preset);
  const options = source.options ?? {};
  const issues = findIssues(preset.options, options, ['model', 'options']);
  if (issues.length > 0) throw specError(`Preset ${preset.name} with these options`, issues);
  const model = preset.model(preset.options.parse(options)) as object;
  return parseModel(source.loss ? { ...model, loss: source.loss } : model);
}

/** The one-run experiment that a preset is: its default data and recipe, with every option written out. */
export function presetExperiment(preset: Preset): ExperimentEnvelope {
  const model = { preset: preset.name, options: preset.options.parse(preset.trainedWith ?? {}) };
  return { version: 1, name: preset.name, model, ...preset.experiment };
}

/** For the window's forms. */
export const presetDescriptors: readonly PresetDescriptor[] = presets.map((preset) => ({
  name: preset.name,
  title: preset.title,
  description: preset.description,
  ...(preset.published && { published: preset.published }),
  measured: measuredWith(preset.name),
  options: describeFields(preset.options),
  experiment: presetExperiment(preset),
}));
