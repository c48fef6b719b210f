import type { DatasetSurvey, DuplicateGroup } from '../../contract/datasets.ts';

type Sample = DuplicateGroup['samples'][number];

/** Groups that are listed; a set made of copies has more than anyone will look at. */
const mostListed = 200;

/** Finds samples with the same bytes: across splits, a model may have learned them by heart. */
export class Duplicates {
  readonly #groups = new Map<string, Sample | Sample[]>();

  /** @param digest of the sample's bytes */
  add(digest: string, sample: Sample): void {
    const known = this.#groups.get(digest);
    if (known === undefined) this.#groups.set(digest, sample);
    else if (Array.isArray(known)) known.push(sample);
    else this.#groups.set(digest, [known, sample]);
  }

  report(): DatasetSurvey['duplicates'] {
    const groups = [...this.#groups.values()].filter((group) => Array.isArray(group));
    const remembered = groups.filter((group) => group.some(({ split }) => split === 'train'));
    const weigh = (group: Sample[]) => (isConflicting(group) ? 2 : 0) + (crossesSplits(group) ? 1 : 0);
    return {
      testInTrain: remembered.flat().filter(({ split }) => split === 'test').length,
      conflicting: groups.filter(isConflicting).length,
      groups: groups.length,
      listed: groups
        .sort((a, b) => weigh(b) - weigh(a))
        .slice(0, mostListed)
        .map((samples) => ({ samples })),
    };
  }
}

const crossesSplits = (group: readonly Sample[]) => new Set(group.map(({ split }) => split)).size > 1;

/** Labels that contradict each other; one that is not given contradicts none. */
const isConflicting = (group: readonly Sample[]) =>
  new Set(group.map(({ label }) => label).filter((label) => label !== null)).size > 1;
