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
import { parseText } from './source.ts';
import { stoppingSchema } from './stopping.ts';

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
      select: selectSchema.optional(),
    })
    .prefault({}),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
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

export interface Experiment extends Recipe {
  readonly name: string;
  /** Dotted path to the values it takes; one run per combination, the first path varying slowest. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  readonly seeds: readonly number[];
}

/** The complete configuration of one run: with the program's version, all that its result depends on. */
export interface RunConfig extends Recipe {
  readonly experiment: string;
  readonly name: string;
  readonly seed: number;
  /** The grid's choices of this run, by path. */
  readonly choices: Readonly<Record<string, unknown>>;
}

/** As the user edits it: YAML or JSON text, or the object itself. */
export type ExperimentSource =
  | { readonly text: string; readonly subject?: string }
  | { readonly config: unknown };

/** Runs that one experiment may come to; more is a slip of the keyboard. */
const mostRuns = 1000;

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
    ? [...plain, ...orderIssues(parsed.data.dataset), ...gridIssues(complete(parsed.data))]
    : plain;
}

function complete(parsed: Parsed): Experiment {
  const train = { ...parsed.train, select: selection(parsed) };
  return { ...parsed, model: completeModel(parsed.model), train };
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

/** Parts of an experiment that are about the whole of it and cannot differ between its runs. */
const ungridded = new Set(['version', 'name', 'grid', 'seeds']);

function gridIssues(parsed: Experiment): Issue[] {
  const issues: Issue[] = [];
  for (const [path, values] of Object.entries(parsed.grid)) {
    const at = `grid.${path}`;
    if (ungridded.has(path.split('.')[0] as string)) {
      issues.push({ path: at, message: 'cannot vary inside an experiment' });
      continue;
    }
    if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) {
      issues.push({ path: at, message: 'names a value twice' });
    }
    for (const value of values) issues.push(...valueIssues(parsed, path, value));
  }
  const runs = Object.values(parsed.grid).reduce(
    (product, values) => product * values.length,
    parsed.seeds.length,
  );
  if (runs > mostRuns) {
    issues.push({ path: 'grid', message: `comes to ${runs} runs, more than ${mostRuns}` });
  }
  return issues;
}

function valueIssues(parsed: Experiment, path: string, value: unknown): Issue[] {
  let changed: unknown;
  try {
    changed = setInRecipe({ ...parsed, grid: {} }, path, value);
  } catch (error) {
    return [{ path: `grid.${path}`, message: (error as Error).message }];
  }
  return experimentIssues(changed).map((issue) => ({
    path: `grid.${path}`,
    message: issue.path === path ? issue.message : `${issue.path}: ${issue.message}`,
  }));
}

/** Every run of an experiment: grid x seeds, seeds varying fastest. */
export function expandExperiment(experiment: Experiment): RunConfig[] {
  const { name, grid, seeds, ...recipe } = experiment;
  return combinations(Object.entries(grid)).flatMap((choices) => {
    const chosen = Object.entries(choices).reduce<unknown>(
      (config, [path, value]) => setInRecipe(config, path, value),
      recipe,
    );
    return seeds.map((seed) => ({
      ...(chosen as Recipe),
      model: completeModel((chosen as Recipe).model),
      experiment: name,
      name: runName(name, choices, seed),
      seed,
      choices,
    }));
  });
}

/** Ways to say which model; one takes the place of the others, with all that belongs to them. */
const modelWays = new Set(['model.preset', 'model.spec', 'model.file', 'model.shorthand']);

function setInRecipe(recipe: unknown, path: string, value: unknown): unknown {
  const replaces = modelWays.has(path) && getPath(recipe, path) === undefined;
  return setPath(replaces ? setPath(recipe, 'model', {}) : recipe, path, value);
}

function combinations(axes: (readonly [string, readonly unknown[]])[]): Record<string, unknown>[] {
  return axes.reduce<Record<string, unknown>[]>(
    (rows, [path, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [path]: value }))),
    [{}],
  );
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

function shortValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const name = ['type', 'preset', 'spec.name'].map((path) => getPath(value, path)).find(Boolean);
  return typeof name === 'string' ? name : JSON.stringify(value);
}

/**
 * A copy of an unread experiment with `path=value` set; the value is YAML, so `0.01`, `true` and `[1, 2]` are what they
 * look like. Setting a path that the grid varies ends the varying; `grid.<path>=[...]` makes it vary.
 * @throws `argument.invalid`, `spec.invalid`
 */
export function applySet(experiment: unknown, assignment: string): unknown {
  const at = assignment.indexOf('=');
  if (at < 1) {
    throw specError('The assignment', [{ path: assignment, message: 'must read path=value' }]);
  }
  const path = assignment.slice(0, at);
  const value = parseText(assignment.slice(at + 1), `--set ${path}`);
  const grid = { ...((getPath(experiment, 'grid') ?? {}) as Record<string, unknown>) };
  if (path.startsWith('grid.')) {
    return setPath(experiment, 'grid', { ...grid, [path.slice('grid.'.length)]: value });
  }
  const changed = setInRecipe(experiment, path, value);
  if (!Object.hasOwn(grid, path)) return changed;
  delete grid[path];
  return setPath(changed, 'grid', grid);
}

/** As a file that `parseExperiment` reads back to the same. */
export function experimentToYaml(experiment: Experiment): string {
  const { version, name, dataset, model, train, grid, seeds, backend } = experiment;
  return stringify({ version, name, dataset, model, train, grid, seeds, backend }, { lineWidth: 110 });
}

/** A run as the one-run experiment that repeats it. */
export function runAsExperiment(run: RunConfig): Experiment {
  const { version, dataset, model, train, backend } = run;
  return { version, name: run.experiment, dataset, model, train, grid: {}, seeds: [run.seed], backend };
}
