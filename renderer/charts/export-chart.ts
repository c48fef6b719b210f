import './echarts.ts';
import { init } from 'echarts/core';
import { fromBase64 } from '../ui/save-file.ts';
import { margin } from './geometry.ts';
import { type ChartLook, type ChartOption, chartOption } from './option.ts';
import type { Plot } from './plot.ts';

const size = { width: 960, height: 540 } as const;
/** Room for the longest label, within bounds. */
function legendWidthOf(plot: Plot): number {
  const longest = Math.max(0, ...plot.lines.map((line) => line.label.length));
  return Math.min(230, 60 + 7 * longest);
}

/** The chart with its title, the names of its axes and a legend, so that it stands on its own. */
export function exportOption(plot: Plot, look: ChartLook, words: { title: string; x: string }): ChartOption {
  const option = chartOption(plot, look);
  const { ink } = look;
  const legendWidth = legendWidthOf(plot);
  return {
    ...option,
    backgroundColor: ink.surface,
    title: {
      text: words.title,
      left: 16,
      top: 12,
      textStyle: { color: ink.strong, fontSize: 16, fontWeight: 600 },
    },
    grid: { ...margin, top: 52, bottom: 52, right: legendWidth + 16, outerBoundsMode: 'none' },
    xAxis: {
      ...option.xAxis,
      name: words.x,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: ink.text },
    },
    legend: {
      type: 'plain',
      orient: 'vertical',
      right: 12,
      top: 52,
      width: legendWidth,
      itemWidth: 22,
      data: plot.lines.map((line) => line.label),
      textStyle: { color: ink.strong, fontSize: 12, width: legendWidth - 50, overflow: 'truncate' },
    },
  };
}

/** A vector drawing whose texts are texts. */
export function chartSvg(option: ChartOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption(option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** A picture of 1920 x 1080 pixels, as the bytes of a PNG file. */
export function chartPng(option: ChartOption): Uint8Array<ArrayBuffer> {
  const host = document.createElement('div');
  const chart = init(host, null, { renderer: 'canvas', ...size });
  chart.setOption(option);
  const url = chart.getDataURL({
    type: 'png',
    pixelRatio: 2,
    backgroundColor: String(option.backgroundColor),
  });
  chart.dispose();
  return fromBase64(url.slice(url.indexOf(',') + 1));
}
