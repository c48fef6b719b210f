import type { EpochHealth } from '../../../core/contract/health.ts';
import { useText } from '../../app/text.ts';
import type { LineStyle, PlotSource } from '../../charts/plot.ts';
import { runStyle, type Theme } from '../../ui/palette.ts';
import { type HealthFigure, healthFigures, healthLayers, layerFigure } from './health-figures.ts';

/** One chart of one figure: a line per layer that has it. */
export interface HealthCard {
  readonly name: HealthFigure;
  readonly title: string;
  readonly sources: PlotSource[];
  readonly legend: { id: string; label: string; style: LineStyle }[];
}

/** A chart for every figure that any layer has, layers in the colours of the palette in the network's order. */
export function healthCards(epochs: readonly EpochHealth[], threshold: number, theme: Theme): HealthCard[] {
  const text = useText();
  const layers = healthLayers(epochs);
  return healthFigures.flatMap((figure) => {
    const sources = layers.flatMap((layer, i): PlotSource[] => {
      const points = epochs.flatMap((health) => {
        const value = layerFigure(health, layer, figure, threshold);
        return value === null ? [] : [{ epoch: health.epoch, value }];
      });
      if (points.length === 0) return [];
      const x = Float64Array.from(points, ({ epoch }) => epoch);
      const value = Float64Array.from(points, (point) => point.value);
      return [
        {
          id: layer,
          label: layer,
          style: styleOf(i, theme),
          // Read by epochs alone.
          points: { step: x, epoch: x, time: x, wall: x, value },
        },
      ];
    });
    if (sources.length === 0) return [];
    const legend = sources.map(({ id, label, style }) => ({ id, label, style }));
    return [{ name: figure, title: text(`run.health.figure.${figure}`), sources, legend }];
  });
}

function styleOf(layer: number, theme: Theme): LineStyle {
  const { colour, dashed } = runStyle(layer, theme);
  return { colour, dash: dashed ? 'dashed' : 'solid', width: 1.75, opacity: 1, marks: true };
}
