import { findPreset, presetExperiment } from '../models/index.ts';
import {
  type Experiment,
  experimentToYaml,
  parseExperiment,
  type RunConfig,
  runAsExperiment,
} from '../train/experiment.ts';
import { parseText } from '../train/source.ts';

/**
 * The command that repeats a run: the preset with every difference as `--set`, or where the network is no preset's the
 * whole experiment as an inline file.
 */
export function repeatCommand(run: RunConfig): string {
  const experiment = runAsExperiment(run);
  if (!('preset' in run.model)) {
    return `npx convolab run - <<'EXPERIMENT'\n${experimentToYaml(experiment)}EXPERIMENT`;
  }
  const { preset } = run.model;
  const base = parseExperiment({ config: presetExperiment(findPreset(preset)) });
  const settings = differences(comparable(base), comparable(experiment)).map(
    ([path, value]) => `--set ${quote(`${path}=${plain(value)}`)}`,
  );
  return ['npx convolab run', preset, ...settings].join(' ');
}

function comparable({ version: _version, ...rest }: Experiment): Record<string, unknown> {
  return rest as Record<string, unknown>;
}

/** Paths whose value must be set to come from one to the other; a mapping whose keys differ is set as a whole. */
function differences(from: unknown, to: unknown, path: readonly string[] = []): [string, unknown][] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (isMapping(from) && isMapping(to) && sameKeys(from, to)) {
    return Object.keys(to).flatMap((key) => differences(from[key], to[key], [...path, key]));
  }
  return [[path.join('.'), to]];
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sameKeys(a: object, b: object): boolean {
  return Object.keys(a).sort().join() === Object.keys(b).sort().join();
}

/** As short as `--set` reads back to the same value. */
function plain(value: unknown): string {
  const bare = typeof value === 'string' && value.trim() !== '' && !value.includes('\n') && readsBack(value);
  return bare ? value : JSON.stringify(value);
}

function readsBack(text: string): boolean {
  try {
    return parseText(text) === text;
  } catch {
    return false;
  }
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:=,@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
