import { shallowRef } from 'vue';
import type { Comparison } from '../../../core/contract/runs.ts';
import { useText } from '../../app/text.ts';
import { toCsv } from '../../charts/csv.ts';
import { chartPng, chartSvg, exportOption } from '../../charts/export-chart.ts';
import { axisBounds, valueKind } from '../../charts/format.ts';
import { chartInk } from '../../charts/ink.ts';
import { preparePlot } from '../../charts/plot.ts';
import { plotCsv } from '../../charts/table.ts';
import type { ChartView } from '../../charts/view.ts';
import { useInspectStore } from '../../stores/inspect.ts';
import { useToastStore } from '../../stores/toasts.ts';
import { saveFile } from '../../ui/save-file.ts';
import { type ZipEntry, zip } from '../../ui/zip.ts';
import type { DrawnCard } from './use-cards.ts';

/** Wide enough for every extreme of what is drawn on 960 points of an exported picture. */
const buckets = 1000;

/**
 * One archive of a comparison: every chart as picture, drawing and numbers, what came of the groups and what the tests say
 * of them, and of each run its configuration and its environment.
 */
export function useExportAll(page: {
  view: ChartView;
  comparison: () => Comparison | null;
  /** All cards, with their numbers read. */
  cards: () => Promise<readonly DrawnCard[]>;
}) {
  const text = useText();
  const inspect = useInspectStore();
  const toasts = useToastStore();
  /** Charts and runs written, of all; null while nothing is exported. */
  const progress = shallowRef<{ done: number; total: number } | null>(null);
  let cancelled = false;

  function chartEntries({ name, title, sources }: DrawnCard): ZipEntry[] {
    const { x, scale, xScale, smoothing } = page.view.settings.value;
    const plot = preparePlot(sources, {
      xKind: x,
      scale,
      xScale,
      smoothing,
      zoom: page.view.range.value,
      buckets,
      ...axisBounds(name),
    });
    const look = { ink: chartInk.value, xKind: x, values: valueKind(name) };
    const option = exportOption(plot, look, { title, x: text(`charts.x.${x}`) });
    const file = `charts/${name.replace(/[^\w-]+/g, '-')}`;
    return [
      { name: `${file}.png`, data: chartPng(option) },
      { name: `${file}.svg`, data: chartSvg(option) },
      { name: `${file}.csv`, data: plotCsv(plot, { x: text(`charts.xUnit.${x}`), value: name }) },
    ];
  }

  async function runEntries(id: string): Promise<ZipEntry[]> {
    const { summary, yaml, environment, command } = await inspect.detail(id);
    return [
      { name: `runs/${id}/experiment.yaml`, data: yaml },
      { name: `runs/${id}/environment.json`, data: json({ ...environment, command }) },
      { name: `runs/${id}/summary.json`, data: json(summary) },
    ];
  }

  /** One piece is done: the window draws it, and hears whether to go on. */
  async function step(): Promise<boolean> {
    const { done, total } = progress.value ?? { done: 0, total: 0 };
    progress.value = { done: done + 1, total };
    await new Promise((resolve) => setTimeout(resolve));
    return !cancelled;
  }

  /** Null once it was cancelled. */
  async function collect(comparison: Comparison): Promise<ZipEntry[] | null> {
    const cards = (await page.cards()).filter(({ sources }) => sources.length > 0);
    progress.value = { done: 0, total: cards.length + comparison.runs.length };
    const entries: ZipEntry[] = [
      { name: 'address.txt', data: `${location.href}\n` },
      { name: 'comparison.json', data: json(comparison) },
      { name: 'groups.csv', data: groupsCsv(comparison) },
    ];
    for (const card of cards) {
      entries.push(...chartEntries(card));
      if (!(await step())) return null;
    }
    for (const id of comparison.runs) {
      entries.push(...(await runEntries(id)));
      if (!(await step())) return null;
    }
    return entries;
  }

  async function exportAll(): Promise<void> {
    const comparison = page.comparison();
    if (!comparison || progress.value) return;
    progress.value = { done: 0, total: 1 };
    cancelled = false;
    try {
      const entries = await collect(comparison);
      if (entries === null) {
        toasts.note(text('compare.exportCancelled'));
        return;
      }
      const stamp = new Date();
      const name = `convolab-comparison-${stamp.toISOString().slice(0, 16).replace(/[:T]/g, '-')}.zip`;
      saveFile(name, new Blob([zip(entries, stamp)], { type: 'application/zip' }));
      toasts.note(text('compare.exported', { name, n: entries.length }));
    } catch (thrown) {
      toasts.fail(thrown);
    } finally {
      progress.value = null;
    }
  }
  function cancel(): void {
    cancelled = true;
  }
  return { progress, exportAll, cancel };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function groupsCsv({ groups, target }: Comparison): string {
  const measures = ['best', 'test', 'bestEpoch', 'epochsToTarget', 'secondsToTarget'] as const;
  const header = ['group', 'runs', 'counted', 'seeds', 'bestMetric', 'target', 'reached'];
  return toCsv(
    [
      ...header,
      ...measures.flatMap((measure) => [`${measure}.mean`, `${measure}.deviation`, `${measure}.n`]),
    ],
    groups.map((group) => [
      group.label,
      group.runs.length,
      group.counted.length,
      group.seeds,
      group.bestMetric,
      `${target.metric} ${target.value}`,
      group.reached,
      ...measures.flatMap((measure) => [group[measure].mean, group[measure].deviation, group[measure].count]),
    ]),
  );
}
