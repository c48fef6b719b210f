import { stringify } from 'yaml';
import type { Measured, PresetDescriptor } from '../../../core/contract/catalog.ts';
import type { ModelDescription } from '../../../core/contract/runs.ts';
import { describeModel } from '../../../core/graph/describe.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { inlineModel, presetDescriptors } from '../../../core/models/index.ts';
import { expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { presetExperiments } from '../../../core/train/preset-experiments.ts';
import { summarise } from '../../../renderer/components/figures.ts';
import { drawNetwork } from './drawing.ts';

/** Experiments that have a page of their own: comparisons and committees; the others are recipes of a preset. */
const comparisons: ReadonlySet<string> = new Set([
  'alexnet-ablation',
  'mcdnn',
  'relu-vs-tanh-cifar',
  'sigmoid-vs-relu-mnist',
  'sigmoid-vs-relu-stl',
  'why-convolution-mnist',
]);

/** Every file of `docs/presets`, by name. */
export async function presetPages(): Promise<Map<string, string>> {
  const experiments = await presetExperiments();
  const files = new Map<string, string>();
  for (const preset of presetDescriptors) {
    const model = published(preset);
    files.set(`${preset.name}.svg`, drawNetwork(model));
    files.set(`${preset.name}.md`, presetPage(preset, model, recipesOf(preset, experiments)));
  }
  const compared = experiments.filter(({ name }) => comparisons.has(name));
  for (const experiment of compared) files.set(`${experiment.name}.md`, comparisonPage(experiment));
  files.set('README.md', indexPage(compared));
  return files;
}

function indexPage(compared: readonly PresetDescriptor[]): string {
  const networks = presetDescriptors.map((preset) => {
    const { name, title, published: paper, measured } = preset;
    const ours = measured.filter(({ test }) => test.length > 0).map(meanText);
    const parameters = count(published(preset).parameters);
    return `| [${title}](${name}.md) | ${parameters} | ${paper?.figure ?? '–'} | ${ours.join('; ') || '–'} |`;
  });
  return page([
    '# Networks and recipes',
    'Each page has the network drawn, its options, the published figure with its source, what Convolab measured with its recipe, over how many seeds, and the command that does it again.',
    ['| network | parameters | published | Convolab |', '|---|---|---|---|', ...networks].join('\n'),
    '## Comparisons',
    compared.map(({ name, title, description }) => `- [${title}](${name}.md): ${description}`).join('\n'),
  ]);
}

function meanText(figure: Measured): string {
  const { mean, deviation } = summarise(figure);
  const spread = deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`;
  return `${percent(mean ?? 0)}${spread} (\`${figure.experiment}\`)`;
}

function published({ name }: PresetDescriptor): ModelDescription {
  return describeModel(buildGraph(inlineModel({ preset: name })), 1);
}

function recipesOf(preset: PresetDescriptor, experiments: readonly PresetDescriptor[]): PresetDescriptor[] {
  return experiments.filter(({ experiment }) => modelOf(experiment) === preset.name);
}

function modelOf(experiment: unknown): unknown {
  return (experiment as { model?: { preset?: unknown } }).model?.preset;
}

function presetPage(
  preset: PresetDescriptor,
  model: ModelDescription,
  recipes: readonly PresetDescriptor[],
): string {
  return page([
    `# ${preset.title}`,
    preset.description,
    `![${preset.title}](${preset.name}.svg)`,
    layerTable(model),
    options(preset),
    '## Figures',
    figureTable(preset),
    classTable(preset),
    '## Recipe',
    yaml(preset.experiment),
    command(preset.name, preset.experiment),
    ...recipes.flatMap((recipe) => [
      `## ${recipe.title}`,
      recipe.description,
      comparisons.has(recipe.name) ? `See [its page](${recipe.name}.md).` : yaml(recipe.experiment),
      command(recipe.name, recipe.experiment),
    ]),
  ]);
}

function comparisonPage(experiment: PresetDescriptor): string {
  const preset = presetDescriptors.find(({ name }) => name === modelOf(experiment.experiment));
  const runs = expandExperiment(parseExperiment({ config: experiment.experiment }));
  return page([
    `# ${experiment.title}`,
    experiment.description,
    preset && `![${preset.title}](${preset.name}.svg)\n\nThe network: [${preset.title}](${preset.name}.md).`,
    '## Figures',
    figureTable({ ...experiment, ...(preset?.published && { published: preset.published }) }),
    `## Recipe\n\n${runs.length} runs:`,
    yaml(experiment.experiment),
    command(experiment.name, experiment.experiment),
  ]);
}

const page = (parts: readonly (string | undefined)[]) =>
  `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`;

function layerTable({ input, layers, parameters }: ModelDescription): string {
  const rows = layers.map(
    ({ id, type, shape, parameters: own, activation }) =>
      `| ${id} | ${type}${activation && activation !== 'linear' ? `, ${activation}` : ''} | ${shape.join(' x ')} | ${count(own)} |`,
  );
  return [
    '| layer | type | shape | parameters |',
    '|---|---|---|---|',
    `| input | | ${input.join(' x ')} | |`,
    ...rows,
    `| in all | | | ${count(parameters)} |`,
  ].join('\n');
}

function options({ options: fields }: PresetDescriptor): string {
  if (fields.length === 0) return '';
  const rows = fields.map(({ key, help, default: usual, choices }) => {
    const values = choices ? choices.map(({ value }) => `\`${value}\``).join(', ') : '';
    return `| \`${key}\` | \`${String(usual)}\` | ${[help, values].filter(Boolean).join(' ')} |`;
  });
  return ['| option | default | |', '|---|---|---|', ...rows].join('\n');
}

function figureTable({ name, published: paper, measured }: PresetDescriptor): string {
  const ours = measured.map((figure) => `| Convolab, \`${figure.experiment}\` | ${measuredText(figure)} |`);
  return [
    '| | test accuracy |',
    '|---|---|',
    ...(paper ? [`| published: ${paper.source} | ${paper.figure} |`] : []),
    ...(ours.length > 0 ? ours : [`| Convolab | not measured yet: \`npx convolab run ${name}\` |`]),
  ].join('\n');
}

function measuredText(figure: Measured): string {
  const { mean, deviation } = summarise(figure);
  const seeds = figure.seeds.length === 1 ? `seed ${figure.seeds[0]}` : `seeds ${figure.seeds.join(', ')}`;
  const spread = deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`;
  const accuracy =
    mean === null
      ? ''
      : `${percent(mean)}${spread} (${seeds}, each at its best epoch by validation: ${figure.test.map(percent).join(', ')})`;
  return [accuracy, figure.note].filter(Boolean).join(' ');
}

function classTable({ published: paper }: PresetDescriptor): string {
  if (!paper?.classes) return '';
  return [
    'Class by class, as published; a run’s own stand beside them on its Confusion tab.',
    [
      `| ${paper.classes.map((each) => each.name).join(' | ')} |`,
      `|${'---|'.repeat(paper.classes.length)}`,
      `| ${paper.classes.map((each) => percent(each.accuracy)).join(' | ')} |`,
    ].join('\n'),
  ].join('\n\n');
}

const yaml = (experiment: unknown) =>
  `\`\`\`yaml\n${stringify(experiment, { lineWidth: 110 }).trimEnd()}\n\`\`\``;

function command(name: string, experiment: unknown): string {
  const data = String((experiment as { dataset: { name: string } }).dataset.name);
  const fetch =
    data === 'mnist' ? '' : `    npx convolab datasets get ${data === 'cifar-as-stl' ? 'cifar-10' : data}\n`;
  return `${fetch}    npx convolab run ${name}`;
}

const count = (value: number) => value.toLocaleString('en-US');
const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
