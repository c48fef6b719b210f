import type { RunSummary } from './runs.ts';

/**
 * The runs that have something to average: those that have ended with at least one evaluation. What still trains would
 * cut the mean to the epochs it has so far, so it is drawn as a line of its own beside it; only where nothing has ended
 * is it averaged.
 */
export function averagedRuns<Run extends Evaluated>(runs: readonly Run[]): Run[] {
  const evaluated = runs.filter((run) => run.bestEpoch !== null);
  const ended = evaluated.filter((run) => run.status !== 'running' && run.status !== 'queued');
  return ended.length > 0 ? ended : evaluated;
}

type Evaluated = Pick<RunSummary, 'status' | 'bestEpoch'>;

/** One of several runs of the same configuration and seed. */
export type Repeatable = Evaluated & Pick<RunSummary, 'id' | 'seed' | 'epoch' | 'createdAt'>;

/** Runs of one configuration and seed, of which one is counted. */
export interface Repeat<Run> {
  readonly seed: number;
  readonly counted: Run;
  readonly left: readonly Run[];
}

/**
 * What a group's mean, spread and tests are taken over: of the averaged runs every seed of a configuration once. A seed
 * trained twice gives the same numbers again, or on another device almost the same, and is no second observation. The
 * run that trained longest counts, and of equals the one made first.
 * @param recipeOf what `recipe` makes of a run's configuration
 */
export function countedRuns<Run extends Repeatable>(
  runs: readonly Run[],
  recipeOf: (run: Run) => string,
): { counted: Run[]; repeats: Repeat<Run>[] } {
  const alike = Map.groupBy(averagedRuns(runs), (run) => `${run.seed} ${recipeOf(run)}`);
  const chosen = [...alike.values()].map((same): Repeat<Run> => {
    const [counted, ...left] = [...same].sort(
      (a, b) => b.epoch - a.epoch || a.createdAt.localeCompare(b.createdAt),
    ) as [Run, ...Run[]];
    return { seed: counted.seed, counted, left };
  });
  return {
    counted: chosen.map(({ counted }) => counted),
    repeats: chosen.filter(({ left }) => left.length > 0),
  };
}

/** Top-level keys of a run's configuration that follow from its others. */
export const derivedKeys: ReadonlySet<string> = new Set(['name', 'experiment', 'variant', 'choices']);
/** Keys that say where, how often and how long the same thing is trained. */
const circumstances: ReadonlySet<string> = new Set(['seed', 'backend', 'train.epochs']);

/**
 * What is trained, as a text: the same for runs that differ only in name, seed, device and number of epochs.
 * @param leaves the configuration's values by their dotted paths
 */
export function recipe(leaves: Readonly<Record<string, unknown>>): string {
  const kept = Object.entries(leaves).filter(
    ([path]) => !circumstances.has(path) && !derivedKeys.has(path.split('.')[0] as string),
  );
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
