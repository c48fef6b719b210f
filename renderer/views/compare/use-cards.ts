import { type ComputedRef, computed, type Ref, ref, shallowReactive, watch } from 'vue';
import type { RunSummary } from '../../../core/contract/runs.ts';
import { useText } from '../../app/text.ts';
import { theme } from '../../app/theme.ts';
import type { LineStyle, PlotSource } from '../../charts/plot.ts';
import { runLines, splitMetric } from '../../charts/run-lines.ts';
import { useDetail } from '../../charts/use-detail.ts';
import type { ChartView } from '../../charts/view.ts';
import { useMetricsStore } from '../../stores/metrics.ts';
import { useRunsStore } from '../../stores/runs.ts';
import { useToastStore } from '../../stores/toasts.ts';
import { isMachinery, isSplit, metricSections, splitName } from '../run/metric-cards.ts';
import { type ComparedGroup, comparisonLegend, groupLines, isShown, type Words } from './comparison-lines.ts';
import { type Spread, useBands } from './use-comparison.ts';

export interface DrawnCard {
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly string[];
  readonly sources: readonly PlotSource[];
  readonly legend: readonly { id: string; label: string; style: LineStyle }[];
  /** Said in the place of lines while there are none. */
  readonly note: string;
}

/**
 * The cards of a comparison, in their sections. Numbers are read for cards that have been in view, and no others: a page
 * of many metrics costs what is looked at.
 */
export function useCards(options: {
  /** Of this page: it provides it, and so cannot inject it. */
  view: ChartView;
  runs: () => readonly RunSummary[];
  groups: () => readonly ComparedGroup[];
  stamp: () => readonly string[];
  /** Every run as a line of its own, none averaged. */
  single: () => boolean;
  /** Training, validation, test: which of them are drawn. */
  splits: () => readonly string[];
  spread: Ref<Spread>;
  members: Ref<boolean>;
}): {
  sections: ComputedRef<{ name: string; cards: DrawnCard[] }[]>;
  seen(card: string): void;
  /** True once the cards in view had all their numbers. */
  filled: Ref<boolean>;
  /** All cards, once their numbers are read. */
  loadAll(): Promise<DrawnCard[]>;
} {
  const text = useText();
  const store = useRunsStore();
  const curves = useMetricsStore();
  const toasts = useToastStore();
  const seen = shallowReactive(new Set<string>());

  const drawn = computed(() => {
    const present = new Set(options.runs().flatMap((run) => Object.keys(run.last)));
    return [...present].filter((metric) => {
      const { split } = splitMetric(metric);
      return isMachinery(metric) || !isSplit(split) || options.splits().includes(split);
    });
  });
  const planned = computed(() => metricSections(drawn.value));
  const wanted = computed(() =>
    planned.value
      .flatMap(({ cards }) => cards)
      .filter(({ name }) => seen.has(name))
      .flatMap(({ members }) => members),
  );
  const shownRuns = computed(() => options.runs().filter(({ id }) => !store.hiddenSet.has(id)));
  const shownGroups = computed(() => options.groups().filter((group) => isShown(group, store.hiddenSet)));
  /** A mean says nothing of what the machine did. */
  const byRun = (metric: string) => options.single() || isMachinery(metric);

  const bands = useBands(options.stamp, {
    groups: options.groups,
    single: options.single,
    metrics: () => wanted.value.filter((metric) => !isMachinery(metric)),
    spread: options.spread,
  });
  const { view } = options;
  /** Means have no time of day: there, the runs of a group stand for it. */
  const withMembers = computed(() => options.members.value || view.settings.value.x === 'wall');
  const curveRuns = computed(() => {
    const counted = new Set(options.groups().flatMap((group) => group.counted.map(({ id }) => id)));
    const all = withMembers.value || options.single();
    return {
      all: shownRuns.value.map(({ id }) => id),
      // Where means are drawn, only what still trains has a line beside them.
      averaged: shownRuns.value.filter((run) => all || !counted.has(run.id)).map(({ id }) => id),
    };
  });
  /** What is in view has its numbers. */
  const filled = ref(false);
  let asked = 0;
  watch(
    [() => JSON.stringify(curveRuns.value), wanted],
    () => {
      const mine = ++asked;
      const { all, averaged } = curveRuns.value;
      const machine = wanted.value.filter(isMachinery);
      const others = wanted.value.filter((metric) => !isMachinery(metric));
      void Promise.all([curves.ensure(all, machine), curves.ensure(averaged, others), bands.settled()])
        .then(() => {
          if (mine === asked && wanted.value.length > 0) filled.value = true;
        })
        .catch(toasts.fail);
    },
    { immediate: true },
  );
  const curve = useDetail(
    view,
    () => ({ runs: curveRuns.value.all, metrics: wanted.value }),
    curves.curve,
    curves.range,
    (run) => store.byId.get(run)?.stretches,
  );

  /** On this page a run has the colour of its group, which is its own where it stands for itself. */
  const colours = computed(
    () =>
      new Map(options.groups().flatMap(({ runs, colour }) => runs.map(({ id }) => [id, colour] as const))),
  );
  const coloured = computed(() =>
    shownRuns.value.map((run) => ({ ...run, colour: colours.value.get(run.id) ?? run.colour })),
  );

  const words: Words = {
    group: (label, n, all) =>
      text(n === all ? 'compare.groupLabel' : 'compare.groupPartly', { label, n, all }),
    line: (label, split) =>
      split === '' ? label : text('compare.lineLabel', { label, split: splitName(split) }),
  };

  function sourcesOf(metrics: readonly string[]): PlotSource[] {
    if (byRun(metrics[0] ?? '')) {
      return runLines(coloured.value, metrics, curve, {
        theme: theme.value,
        label: (run, split) => (metrics.length > 1 ? words.line(run, split) : run),
      });
    }
    return groupLines(shownGroups.value, metrics, bands.value.value ?? [], {
      theme: theme.value,
      words,
      curve,
      members: withMembers.value,
      hidden: store.hiddenSet,
    });
  }

  function legendOf(metrics: readonly string[]) {
    const entries = options.single()
      ? coloured.value.map((run) => ({ id: run.id, label: run.name, colour: run.colour }))
      : shownGroups.value.map((group) => ({
          id: group.label,
          label: words.group(group.label, group.counted.length, group.runs.length),
          colour: group.colour,
        }));
    return comparisonLegend(entries, metrics, theme.value, words);
  }

  const sections = computed(() =>
    planned.value.map(({ name, cards }) => ({
      name,
      cards: cards.map(
        ({ name: card, title, members }): DrawnCard => ({
          name: card,
          title,
          metrics: members,
          sources: sourcesOf(members),
          legend: legendOf(members),
          note: text(shownRuns.value.length === 0 ? 'compare.allHidden' : 'state.loading'),
        }),
      ),
    })),
  );

  async function loadAll(): Promise<DrawnCard[]> {
    for (const { cards } of planned.value) for (const { name } of cards) seen.add(name);
    const { all } = curveRuns.value;
    await curves.ensure(all, drawn.value);
    await bands.settled();
    return sections.value.flatMap(({ cards }) => cards);
  }
  return { sections, seen: (card) => seen.add(card), filled, loadAll };
}
