import { useText } from '../app/text.ts';
import type { MenuItem } from '../ui/menu.ts';
import { saveFile } from '../ui/save-file.ts';
import { chartPng, chartSvg, exportOption } from './export-chart.ts';
import type { ValueKind } from './format.ts';
import { chartInk } from './ink.ts';
import type { Plot } from './plot.ts';
import { plotCsv } from './table.ts';
import { useChartView } from './view.ts';

/** The export menu of a chart: what is on the screen, zoom and smoothing included. */
export function useExport(
  chart: () => { plot: Plot; title: string; metric: string; values: ValueKind },
): () => MenuItem[] {
  const text = useText();
  const view = useChartView();
  const xKind = () => view.settings.value.x;

  function option() {
    const { plot, title, values } = chart();
    return exportOption(
      plot,
      { ink: chartInk.value, xKind: xKind(), values },
      { title, x: text(`charts.x.${xKind()}`) },
    );
  }

  function save(extension: string, type: string, data: string | Uint8Array<ArrayBuffer>): void {
    const name = chart()
      .title.replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '');
    saveFile(`${name}.${extension}`, new Blob([data], { type }));
  }

  return () => [
    {
      id: 'png',
      label: text('charts.png'),
      icon: 'image',
      run: () => save('png', 'image/png', chartPng(option())),
    },
    {
      id: 'svg',
      label: text('charts.svg'),
      icon: 'image',
      run: () => save('svg', 'image/svg+xml', chartSvg(option())),
    },
    {
      id: 'csv',
      label: text('charts.csv'),
      icon: 'export',
      run: () =>
        save(
          'csv',
          'text/csv',
          plotCsv(chart().plot, { x: text(`charts.xUnit.${xKind()}`), value: chart().metric }),
        ),
    },
  ];
}
