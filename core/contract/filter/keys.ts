import { suggestion } from '../nearest.ts';
import type { RunSummary } from '../runs.ts';
import { comparisonsOf, type Filter } from './parse.ts';
import { FilterError } from './tokens.ts';
import { checkValue, type ValueKind } from './values.ts';

/** A run's complete configuration by dotted path: `train.optimizer.lr`. Lists of plain values are one value. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a key of a filter may come to: one value of a run, or each of a list. */
type Read = (run: RunSummary) => unknown;

/** Keys that every run has, whatever its configuration. */
const fields: Readonly<Record<string, Read>> = {
  name: (run) => run.name,
  experiment: (run) => run.experimentName,
  status: (run) => run.status,
  device: (run) => run.device,
  seed: (run) => run.seed,
  epoch: (run) => run.epoch,
  epochs: (run) => run.epochs,
  step: (run) => run.step,
  seconds: (run) => run.seconds,
  speed: (run) => run.imagesPerSecond,
  best: (run) => run.best,
  bestEpoch: (run) => run.bestEpoch,
  test: (run) => run.test,
  tag: (run) => run.tags,
  notes: (run) => run.notes || null,
  created: (run) => run.createdAt,
  id: (run) => run.id,
};

/** Those of the fields that are no texts. */
const kinds: Readonly<Record<string, ValueKind>> = {
  status: 'status',
  seed: 'number',
  epoch: 'number',
  epochs: 'number',
  step: 'number',
  seconds: 'number',
  speed: 'number',
  best: 'number',
  bestEpoch: 'number',
  test: 'number',
  created: 'moment',
};

export const fieldNames: readonly string[] = Object.keys(fields);

/** What a key may be called for a set of runs. */
export interface KnownKeys {
  /** Metrics of which some run has a last value: `train/loss`. */
  readonly metrics: ReadonlySet<string>;
  /** Dotted paths that some run's configuration has. */
  readonly paths: ReadonlySet<string>;
  /** Those of `paths` that have only numbers. */
  readonly numbers: ReadonlySet<string>;
}

/** Paths under which configurations have numbers, and nothing else. */
export function numberPaths(all: Iterable<Settings>): Set<string> {
  const numbers = new Set<string>();
  const others = new Set<string>();
  for (const settings of all) {
    for (const [path, value] of Object.entries(settings)) {
      if (typeof value === 'number') numbers.add(path);
      else if (value !== null && value !== undefined) others.add(path);
    }
  }
  for (const path of others) numbers.delete(path);
  return numbers;
}

/** True where a setting is called so: by its whole path, or by the end of it (`activation`, `optimizer.lr`). */
export function isNameOf(key: string, path: string): boolean {
  return path === key || path.endsWith(`.${key}`);
}

/** Whether a filter asks for anything that only the configurations tell. */
export function needsSettings(filter: Filter): boolean {
  return comparisonsOf(filter).some(({ key }) => !Object.hasOwn(fields, key.text) && !key.text.includes('/'));
}

/**
 * What a run has under a key, in order of precedence: a field of every run, the last value of a metric, settings by their path or its
 * end. Empty where it has nothing there; null and absent values are left out.
 */
export function valuesOf(key: string, run: RunSummary, settings: Settings): unknown[] {
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (field !== undefined) return present([field(run)].flat());
  if (Object.hasOwn(run.last, key)) return [run.last[key]];
  const named = Object.keys(settings).filter((path) => isNameOf(key, path));
  return present(named.map((path) => settings[path]));
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null && value !== undefined);
}

/**
 * Throws FilterError at the first key that no run has, with the one that was probably meant, or at the first value that is none of its
 * key.
 */
export function checkKeys(filter: Filter, text: string, known: KnownKeys): void {
  for (const comparison of comparisonsOf(filter)) {
    const { key } = comparison;
    if (isKnown(key.text, known)) {
      checkValue(comparison, kindOf(key.text, known), text);
      continue;
    }
    const meant = suggestion(key.text, keyNames(known));
    const message = `No run has a key "${key.text}"${meant}.`;
    throw new FilterError(message, text, key.from, key.to, 'Keys are completed while you type.');
  }
}

function isKnown(key: string, { metrics, paths }: KnownKeys): boolean {
  return Object.hasOwn(fields, key) || metrics.has(key) || [...paths].some((path) => isNameOf(key, path));
}

function kindOf(key: string, { metrics, paths, numbers }: KnownKeys): ValueKind {
  if (Object.hasOwn(fields, key)) return kinds[key] ?? 'text';
  if (metrics.has(key)) return 'number';
  const named = [...paths].filter((path) => isNameOf(key, path));
  return named.every((path) => numbers.has(path)) ? 'number' : 'text';
}

/** Every key as one would type it: fields, metrics, and settings by the shortest end that no other path has. */
export function keyNames({ metrics, paths }: Pick<KnownKeys, 'metrics' | 'paths'>): string[] {
  const short = [...paths].map((path) => shortestName(path, paths));
  return [...new Set([...fieldNames, ...[...metrics].sort(), ...short.sort()])];
}

/** `model.options.activation` is `activation` where no other path, and no field, ends alike. */
export function shortestName(path: string, paths: ReadonlySet<string>): string {
  const keys = path.split('.');
  for (let count = 1; count < keys.length; count++) {
    const name = keys.slice(-count).join('.');
    if (/^\d/.test(name) || Object.hasOwn(fields, name)) continue;
    const others = [...paths].some((other) => other !== path && isNameOf(name, other));
    if (!others) return name;
  }
  return path;
}
