import { stringify } from 'yaml';
import { z } from 'zod';
import type { Issue } from '../contract/errors.ts';
import { findIssues, specError } from '../contract/issues.ts';
import { suggestion } from '../contract/nearest.ts';
import { type ModelSource, modelSource } from '../contract/specs.ts';
import { augmentSchema, misplaced } from '../data/augment/index.ts';
import { referenceShape } from '../data/derive/section.ts';
import { datasets } from '../data/index.ts';
import { preprocessSchema } from '../data/preprocess/index.ts';
import { averageSchema } from './averaging.ts';
import { clipSchema } from './clipping.ts';
import { completeModel, modelIssues } from './model-issues.ts';
import { optimizerSchema } from './optimizers/index.ts';
import { getPath, setPath } from './paths.ts';
import { scheduleSchema } from './schedules/index.ts';
import { shortValue } from './short-value.ts';
import { snapshotSchema } from './snapshots/policy.ts';
import { parseText } from './source.ts';
import { stoppingSchema } from './stopping.ts';
import {
  combinations,
  endVarying,
  setAll,
  setInRecipe,
  type Variation,
  variationIssues,
} from './variation.ts';

const selectSchema = z.strictObject({
  metric: z.enum(['validation/accuracy', 'validation/loss', 'test/accuracy', 'test/loss']),
  direction: z.enum(['max', 'min']).optional(),
});

/** The complete format: the contract's envelope with what the registries know filled in. */
const experimentSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  dataset: z.strictObject({
    ...referenceShape,
    validation: z.number().nonnegative().default(0),
    preprocess: z.array(preprocessSchema).default([]),
    augment: z.array(augmentSchema).default([]),
  }),
  model: modelSource,
  train: z
    .strictObject({
      epochs: z.int().positive().default(10),
      batchSize: z.int().positive().max(65_536).default(64),
      optimizer: optimizerSchema.default(() => optimizerSchema.parse({ type: 'sgd' })),
      schedule: scheduleSchema.default(() => scheduleSchema.parse({ type: 'constant' })),
      clip: clipSchema.optional(),
      average: averageSchema.optional(),
      earlyStopping: stoppingSchema.optional(),
      snapshots: snapshotSchema.optional(),
      select: selectSchema.optional(),
    })
    .prefault({}),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
  variants: z.record(z.string().min(1).max(100), z.record(z.string(), z.unknown())).default({}),
  seeds: z
    .array(z.int().nonnegative().max(Number.MAX_SAFE_INTEGER))
    .min(1)
    .refine((seeds) => new Set(seeds).size === seeds.length, 'names a seed twice')
    .default([1]),
  backend: z
    .string()
    .regex(/^(auto|cpu|gpu|gpu:\d+|reference)$/, 'must be auto, cpu, gpu, gpu:<n> or reference')
    .default('auto'),
});

type Parsed = z.output<typeof experimentSchema>;

/** What "best" looks at. */
export interface Selection {
  readonly metric: string;
  readonly direction: 'max' | 'min';
}

/** What one run and a whole experiment have in common, every default filled in. */
export interface Recipe {
  readonly version: 1;
  readonly dataset: Parsed['dataset'];
  readonly model: ModelSource;
  readonly train: Omit<Parsed['train'], 'select'> & { readonly select: Selection };
  /** `auto`, `cpu`, `gpu`, `gpu:<n>` or `reference`. */
  readonly backend: string;
}

export interface Experiment extends Recipe, Variation {
  readonly name: string;
  readonly seeds: readonly number[];
}

/** The complete configuration of one run: with the program's version, all that its result depends on. */
export interface RunConfig extends Recipe {
  readonly experiment: string;
  readonly name: string;
  readonly seed: number;
  /** Which of the experiment's variants it is, where it has any. */
  readonly variant?: string;
  /** What this run's experiment varies, by key of this configuration: its variant, and the grid's choices. */
  readonly choices: Readonly<Record<string, unknown>>;
}

/** As the user edits it: YAML or JSON text, or the object itself. */
export type ExperimentSource =
  | { readonly text: string; readonly subject?: string }
  | { readonly config: unknown };

/** The object that a source holds, unread. Throws `spec.syntax`. */
export function readSource(source: ExperimentSource): unknown {
  return 'text' in source ? parseText(source.text, source.subject ?? 'The experiment') : source.config;
}

/**
 * Reads an experiment and fills in every default.
 * @throws `spec.syntax`; `spec.invalid` or `spec.unknown-key` with every fault at once, those of the network among them
 */
export function parseExperiment(source: ExperimentSource): Experiment {
  const raw = readSource(source);
  const issues = experimentIssues(raw);
  if (issues.length > 0)
    throw specError('The experiment', issues, 'text' in source ? source.subject : undefined);
  return complete(experimentSchema.parse(raw));
}

/** Every fault of an unread experiment; empty when none. */
export function experimentIssues(raw: unknown): Issue[] {
  const faults = findIssues(experimentSchema, raw);
  const parsed = experimentSchema.safeParse(raw);
  const plain = [...faults, ...namingIssues(raw), ...selectIssues(raw), ...modelIssues(raw)];
  return parsed.success
    ? [...plain, ...orderIssues(parsed.data.dataset), ...variedIssues(complete(parsed.data))]
    : plain;
}

function variedIssues({ grid, variants, seeds, ...rest }: Experiment): Issue[] {
  const recipe = { ...rest, seeds };
  return variationIssues({ grid, variants }, { recipe, seeds: seeds.length, judge: experimentIssues });
}

function complete(parsed: Parsed): Experiment {
  const train = { ...parsed.train, select: selection(parsed) };
  return { ...parsed, model: completeModel(parsed.model), train };
}

/** A recipe in which a setting may have brought something whose defaults are not filled in, as another optimizer. */
function completeRecipe(name: string, recipe: unknown): Recipe {
  const parsed = complete(experimentSchema.parse({ ...(recipe as object), name }));
  const { name: _, grid: _grid, variants: _variants, seeds: _seeds, ...completed } = parsed;
  return completed;
}

/** Chooses by validation where there is one. */
function selection({ dataset, train }: Parsed): Selection {
  const metric = train.select?.metric ?? (dataset.validation > 0 ? 'validation/accuracy' : 'test/accuracy');
  return { metric, direction: train.select?.direction ?? (metric.endsWith('/loss') ? 'min' : 'max') };
}

/** Names that a registry must know. */
function namingIssues(raw: unknown): Issue[] {
  const issues: Issue[] = [];
  const dataset = getPath(raw, 'dataset.name');
  const own = getPath(raw, 'dataset.source') !== undefined;
  if (typeof dataset === 'string' && dataset !== '' && !own && !datasets.has(dataset)) {
    const known = [...datasets.keys()];
    issues.push({
      path: 'dataset.name',
      message: `unknown data set "${dataset}"${suggestion(dataset, known)}; known: ${known.join(', ')}`,
    });
  }
  return issues;
}

/** Steps of the augmentation that stand where they cannot. */
function orderIssues({ augment }: Parsed['dataset']): Issue[] {
  const found = misplaced(augment);
  return found ? [{ path: `dataset.augment.${found.place}`, message: found.message }] : [];
}

function selectIssues(raw: unknown): Issue[] {
  const metric = getPath(raw, 'train.select.metric');
  if (getPath(raw, 'dataset.validation') || !String(metric).startsWith('validation/')) return [];
  return [
    {
      path: 'train.select.metric',
      message: 'there is no validation set; set dataset.validation, or select by test/accuracy',
    },
  ];
}

/** Every run of an experiment: its variants x its grid x its seeds, seeds varying fastest. */
export function expandExperiment(experiment: Experiment): RunConfig[] {
  const { name, grid, variants, seeds, ...recipe } = experiment;
  return combinations({ grid, variants }).flatMap(({ choices, settings }) => {
    const chosen = completeRecipe(name, setAll(recipe, settings));
    return seeds.map((seed) => ({
      ...chosen,
      experiment: name,
      name: runName(name, choices, seed),
      ...(typeof choices.variant === 'string' && { variant: choices.variant }),
      seed,
      choices,
    }));
  });
}

/** `relu/seed 2`, or `lenet-5/seed 2` where nothing but the seed varies. */
export function runName(
  experiment: string,
  choices: Readonly<Record<string, unknown>>,
  seed: number,
): string {
  const values = Object.values(choices).map(shortValue);
  const what = values.length > 0 ? values.join(', ') : experiment;
  const room = 180;
  return `${what.length > room ? `${what.slice(0, room - 1)}…` : what}/seed ${seed}`;
}

/**
 * A copy of an unread experiment with `path=value` set; the value is YAML, so `0.01`, `true` and `[1, 2]` are what they
 * look like. Setting a path that the grid or the variants vary ends the varying; `grid.<path>=[...]` makes it vary.
 * @throws `argument.invalid`, `spec.invalid`
 */
export function applySet(experiment: unknown, assignment: string): unknown {
  const at = assignment.indexOf('=');
  if (at < 1) {
    throw specError('The assignment', [{ path: assignment, message: 'must read path=value' }]);
  }
  const path = assignment.slice(0, at);
  const value = parseText(assignment.slice(at + 1), `--set ${path}`);
  if (path.startsWith('grid.')) {
    const grid = (getPath(experiment, 'grid') ?? {}) as Record<string, unknown>;
    return setPath(experiment, 'grid', { ...grid, [path.slice('grid.'.length)]: value });
  }
  return endVarying(setInRecipe(experiment, path, value), path);
}

/** As a file that `parseExperiment` reads back to the same. */
export function experimentToYaml(experiment: Experiment): string {
  const { version, name, dataset, model, train, grid, variants, seeds, backend } = experiment;
  const varied = { grid, ...(Object.keys(variants).length > 0 && { variants }) };
  return stringify({ version, name, dataset, model, train, ...varied, seeds, backend }, { lineWidth: 110 });
}

/** A run as the one-run experiment that repeats it. */
export function runAsExperiment(run: RunConfig): Experiment {
  const { version, dataset, model, train, backend } = run;
  const once = { grid: {}, variants: {}, seeds: [run.seed] };
  return { version, name: run.experiment, dataset, model, train, ...once, backend };
}
