import type { Band, Comparison, RunSummary, Series } from '../../../core/contract/runs.ts';
import type { LineStyle, PlotSource } from '../../charts/plot.ts';
import { bandPoints } from '../../charts/points.ts';
import { runLines, splitMetric, splitStyle } from '../../charts/run-lines.ts';
import { runStyles, type Theme } from '../../ui/palette.ts';

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

/** Groups of the comparison whose runs are still known, each with its runs' rows and a colour of its own. */
export function knownGroups(comparison: Comparison, byId: ReadonlyMap<string, RunSummary>): ComparedGroup[] {
  const taken = new Set<number>();
  return comparison.groups
    .map(({ label, runs, counted }) => ({ label, runs: rowsOf(runs, byId), counted: rowsOf(counted, byId) }))
    .filter(({ runs }) => runs.length > 0)
    .map((group) => ({ ...group, colour: ownColour(group.runs, taken) }));
}

function rowsOf(ids: readonly string[], byId: ReadonlyMap<string, RunSummary>): RunSummary[] {
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** A group has the colour of its first run; where an earlier group has it already, the next that is free. */
function ownColour(runs: readonly RunSummary[], taken: Set<number>): number {
  if (taken.size === runStyles) taken.clear();
  let colour = Math.min(...runs.map((run) => run.colour)) % runStyles;
  while (taken.has(colour)) colour = (colour + 1) % runStyles;
  taken.add(colour);
  return colour;
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
