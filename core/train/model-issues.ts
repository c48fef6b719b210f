import { isAbsolute, join } from 'node:path';
import { ConvolabError, type Issue } from '../contract/errors.ts';
import { findIssues } from '../contract/issues.ts';
import { type ModelSource, modelSource } from '../contract/specs.ts';
import { datasets } from '../data/index.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { inlineModel, presets } from '../models/index.ts';
import { expandShorthand, isShorthandFile } from '../models/shorthand.ts';
import { getPath, setPath } from './paths.ts';
import { readSpecFile } from './source.ts';
import { mapVaried, variedValues } from './variation.ts';

/**
 * Every fault of an experiment's network: unknown presets and options, impossible layers and shapes, and a network that
 * does not fit the data set. Empty as well where the model, read from a file, is not there to be looked at.
 * @param raw an unread experiment
 */
export function modelIssues(raw: unknown): Issue[] {
  const source = getPath(raw, 'model');
  if (findIssues(modelSource, source).length > 0) return [];
  try {
    const graph = graphOf(source as ModelSource);
    return graph === null || isDerived(raw) ? [] : fitIssues(graph, raw);
  } catch (thrown) {
    return issuesOf(thrown, source as ModelSource);
  }
}

/** Whether what the network sees is other data than the named set: looked at when they are opened. */
function isDerived(raw: unknown): boolean {
  const steps = getPath(raw, 'dataset.derive');
  return (Array.isArray(steps) && steps.length > 0) || getPath(raw, 'dataset.source') !== undefined;
}

/** `null` for a file. */
function graphOf(source: ModelSource): Graph | null {
  return 'file' in source ? null : buildGraph(inlineModel(source));
}

function issuesOf(thrown: unknown, source: ModelSource): Issue[] {
  if (!(thrown instanceof ConvolabError)) throw thrown;
  if (thrown.code === 'preset.unknown') {
    return [{ path: 'model.preset', message: [thrown.message, thrown.hint].filter(Boolean).join('; ') }];
  }
  const at = 'spec' in source ? 'model.spec' : 'model';
  const inner = thrown.issues ?? [{ path: '', message: thrown.message }];
  return inner.map(({ path, message }) => ({
    path: path.startsWith('model') ? path : [at, path].filter(Boolean).join('.'),
    message,
  }));
}

/** A network takes images of the data set's channels and at most its own size, and ends in one output per class. */
function fitIssues(graph: Graph, raw: unknown): Issue[] {
  const data = datasets.get(String(getPath(raw, 'dataset.name')));
  const augment = getPath(raw, 'dataset.augment');
  const windows = Array.isArray(augment) && augment.some((step) => getPath(step, 'type') === 'crop');
  if (data === undefined || data.shape === null) return [];
  const issues: Issue[] = [];
  const [channels, height, width] = data.shape;
  const [modelChannels, modelHeight, modelWidth] = graph.input as [number, number, number];
  const fits = windows || (height <= modelHeight && width <= modelWidth);
  if (channels !== modelChannels || !fits) {
    issues.push({
      path: 'model',
      message:
        `takes [${graph.input.join(', ')}], but images of ${data.name} are [${data.shape.join(', ')}]; ` +
        'it needs as many channels, and at least the height and width, unless a crop in dataset.augment cuts windows out',
    });
  }
  const outputs = graph.output.shape.reduce((product, extent) => product * extent, 1);
  if (outputs !== data.classes.length) {
    issues.push({
      path: 'model',
      message: `layer ${graph.output.id} gives ${outputs} outputs, but ${data.name} has ${data.classes.length} classes`,
    });
  }
  return issues;
}

/**
 * Reads the model files that an unread experiment names and puts what they hold in their place, so that its runs
 * depend on nothing that may change.
 * @param folder relative paths start here
 * @throws `file.unreadable`, `spec.syntax`
 */
export async function embedModelFiles(raw: unknown, folder: string): Promise<unknown> {
  const source = getPath(raw, 'model');
  const embedded = isFile(source) ? setPath(raw, 'model', await readModel(source.file, folder)) : raw;
  const read = new Map<unknown, unknown>();
  for (const model of variedValues(raw, 'model')) {
    if (isFile(model)) read.set(model, await readModel(model.file, folder));
  }
  return mapVaried(embedded, 'model', (model) => read.get(model) ?? model);
}

function isFile(source: unknown): source is { file: string } {
  return typeof getPath(source, 'file') === 'string';
}

/** What the file holds, in the experiment's own words: shorthand or specification. */
async function readModel(file: string, folder: string): Promise<unknown> {
  const raw = await readSpecFile(isAbsolute(file) ? file : join(folder, file));
  return { spec: isShorthandFile(raw) ? expandShorthand(raw) : raw };
}

/** With every option of a preset or shorthand written out; as it is where that cannot be done. */
export function completeModel(source: ModelSource): ModelSource {
  if ('shorthand' in source) return { activation: 'tanh', ...source };
  if (!('preset' in source)) return source;
  const preset = presets.find(({ name }) => name === source.preset);
  const options = preset?.options.safeParse(source.options ?? {});
  return options?.success ? { ...source, options: options.data } : source;
}
