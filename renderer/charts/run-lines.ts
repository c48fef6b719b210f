import type { RunSummary, Series } from '../../core/contract/runs.ts';
import { runStyle, type Theme } from '../ui/palette.ts';
import type { LineStyle, PlotSource } from './plot.ts';
import { curvePoints } from './points.ts';

/** `train/loss` is metric `loss` of split `train`. */
export function splitMetric(metric: string): { split: string; name: string } {
  const slash = metric.indexOf('/');
  return slash < 0
    ? { split: '', name: metric }
    : { split: metric.slice(0, slash), name: metric.slice(slash + 1) };
}

/**
 * A run keeps its hue; the split decides the rest: training thin and dashed, validation solid, test solid with a mark at every
 * evaluation. Runs of the palette's second cycle are dotted, whatever the split.
 */
export function splitStyle(colour: number, split: string, theme: Theme): LineStyle {
  const run = runStyle(colour, theme);
  const train = split === 'train';
  return {
    colour: run.colour,
    dash: run.dashed ? 'dotted' : train ? 'dashed' : 'solid',
    width: train ? 1.25 : 1.75,
    opacity: train ? 0.75 : 1,
    marks: split === 'test',
  };
}

/** One line per run and metric that has points. */
export function runLines(
  runs: readonly Pick<RunSummary, 'id' | 'name' | 'colour' | 'stretches'>[],
  metrics: readonly string[],
  curve: (run: string, metric: string) => Series | undefined,
  options: { theme: Theme; label: (run: string, split: string) => string; faint?: boolean },
): PlotSource[] {
  return runs.flatMap((run) =>
    metrics.flatMap((metric): PlotSource[] => {
      const series = curve(run.id, metric);
      if (!series || series.steps.length === 0) return [];
      const { split } = splitMetric(metric);
      const style = splitStyle(run.colour, split, options.theme);
      return [
        {
          id: `${run.id}:${metric}`,
          label: options.label(run.name, split),
          style: options.faint ? { ...style, width: 1, opacity: 0.35, marks: false } : style,
          points: curvePoints(series, run.stretches),
        },
      ];
    }),
  );
}
