import type { Band, Comparison, RunSummary, Series } from '../../../core/contract/runs.ts';
import type { LineStyle, PlotSource } from '../../charts/plot.ts';
import { bandPoints } from '../../charts/points.ts';
import { runLines, splitMetric, splitStyle } from '../../charts/run-lines.ts';
import { byText } from '../../stores/run-groups.ts';
import { runStyles, solidStyles, type Theme } from '../../ui/palette.ts';

export interface Words {
  /** Counted runs, of all in the group. */
  group(label: string, counted: number, all: number): string;
  line(label: string, split: string): string;
}

export interface ComparedGroup {
  readonly label: string;
  readonly runs: readonly RunSummary[];
  /** Those that its mean, spread and results are taken over. */
  readonly counted: readonly RunSummary[];
  readonly colour: number;
}

/**
 * Groups of the comparison whose runs are still known, each with its runs' rows and its colour. A run that stands for itself keeps its
 * own; a group has that of the run made first in it, solid, so that it keeps it whatever else is compared. Only where two groups began with
 * runs of one colour, the later one takes the next that no group has.
 */
export function knownGroups(comparison: Comparison, byId: ReadonlyMap<string, RunSummary>): ComparedGroup[] {
  const groups = comparison.groups
    .map(({ label, runs, counted }) => ({ label, runs: rowsOf(runs, byId), counted: rowsOf(counted, byId) }))
    .filter(({ runs }) => runs.length > 0);
  const colours = coloursOf(groups);
  return groups.map((group) => ({ ...group, colour: colours.get(group.label) ?? 0 }));
}

function rowsOf(ids: readonly string[], byId: ReadonlyMap<string, RunSummary>): RunSummary[] {
  return ids.flatMap((id) => byId.get(id) ?? []);
}

type Members = Pick<ComparedGroup, 'label' | 'runs'>;

/** The run that was made first. */
function firstOf({ runs }: Members): RunSummary {
  return runs.reduce((first, run) => (run.createdAt < first.createdAt ? run : first));
}

function coloursOf(groups: readonly Members[]): Map<string, number> {
  const colours = new Map<string, number>();
  const taken = new Set<number>();
  for (const group of groups.filter(({ runs }) => runs.length === 1)) {
    const colour = firstOf(group).colour % runStyles;
    colours.set(group.label, colour);
    taken.add(colour);
  }
  const several = groups
    .filter(({ runs }) => runs.length > 1)
    .map((group) => ({ label: group.label, first: firstOf(group) }))
    .sort((a, b) => byText(a.first.createdAt, b.first.createdAt) || a.first.colour - b.first.colour);
  for (const { label, first } of several) {
    if (taken.size >= runStyles) taken.clear();
    let colour = first.colour % solidStyles;
    while (taken.has(colour)) colour = (colour + 1) % runStyles;
    colours.set(label, colour);
    taken.add(colour);
  }
  return colours;
}

/** Groups whose longest run goes on beyond its mean: `end` is the last epoch that all counted runs have. */
export function unequalGroups(
  groups: readonly Pick<ComparedGroup, 'label' | 'counted'>[],
): { label: string; end: number; longest: number }[] {
  return groups.flatMap(({ label, counted }) => {
    const epochs = counted.map((run) => Math.floor(run.epoch));
    const [end, longest] = [Math.min(...epochs), Math.max(...epochs)];
    return end < longest ? [{ label, end, longest }] : [];
  });
}

/** A group is drawn as long as any of its runs is. */
export function isShown({ runs }: Pick<ComparedGroup, 'runs'>, hidden: ReadonlySet<string>): boolean {
  return runs.some(({ id }) => !hidden.has(id));
}

/** Mean lines with their bands, and on request the single runs as thin lines beneath. */
export function groupLines(
  groups: readonly ComparedGroup[],
  metrics: readonly string[],
  bands: readonly Band[],
  options: {
    theme: Theme;
    words: Words;
    curve: (run: string, metric: string) => Series | undefined;
    /** Every run as a thin line, not only those that still train. */
    members: boolean;
    /** Hidden runs are not drawn; the mean of a group is over them all the same. */
    hidden: ReadonlySet<string>;
  },
): PlotSource[] {
  const { theme, words, curve, members, hidden } = options;
  return groups
    .filter((group) => isShown(group, hidden))
    .flatMap((group) => {
      const label = words.group(group.label, group.counted.length, group.runs.length);
      const { colour } = group;
      const training = group.runs.filter((run) => run.status === 'running' && !group.counted.includes(run));
      const beside = (members ? group.runs : training).filter(({ id }) => !hidden.has(id));
      const thin = runLines(
        beside.map((run) => ({ ...run, colour })),
        metrics,
        curve,
        { theme, label: words.line, faint: true },
      );
      const means = metrics.flatMap((metric): PlotSource[] => {
        const band = bands.find((it) => it.label === group.label && it.metric === metric);
        if (!band || band.epochs.length === 0) return [];
        const { split } = splitMetric(metric);
        const style = { ...splitStyle(colour, split, theme), marks: false };
        return [
          {
            id: `${group.label}:${metric}`,
            label: metrics.length > 1 ? words.line(label, split) : label,
            style: { ...style, width: style.width + 0.25 },
            points: bandPoints(band),
          },
        ];
      });
      return [...thin, ...means];
    });
}

const mostEntries = 12;

/** What the lines of a card mean; for more lines than can be read, the run list says it. */
export function comparisonLegend(
  entries: readonly { id: string; label: string; colour: number }[],
  metrics: readonly string[],
  theme: Theme,
  words: Words,
): { id: string; label: string; style: LineStyle }[] {
  const legend = entries.flatMap(({ id, label, colour }) =>
    metrics.map((metric) => {
      const { split } = splitMetric(metric);
      return {
        id: `${id}:${metric}`,
        label: metrics.length > 1 ? words.line(label, split) : label,
        style: splitStyle(colour, split, theme),
      };
    }),
  );
  return legend.length <= mostEntries ? legend : [];
}
