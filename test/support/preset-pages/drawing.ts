import type { ModelDescription } from '../../../core/contract/runs.ts';
import { type Block, networkBlocks, sheetOffset } from '../../../renderer/components/network/blocks.ts';

const height = 150;
const names = 40;
const margin = 8;

/**
 * A network as the window draws it, as an SVG file of its own: stacks of maps from left to right, bars of units, names and
 * shapes below. Readable on light and dark pages alike.
 */
export function drawNetwork(model: ModelDescription): string {
  const { blocks, width } = networkBlocks(model, height, true);
  const whole = Math.ceil(width + 2 * margin + 48);
  const drawn = blocks.map(drawBlock).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} 0 ${whole} ${height + names}" width="${whole}" height="${height + names}" role="img">
<title>${model.name}: ${model.layers.map(({ id }) => id).join(', ')}</title>
<style>
rect { fill: #eef2f7; stroke: #5b6b7f; stroke-width: 1 }
.pool rect { fill: #dbe7f5 }
.dense rect { fill: #c9d8ea }
text { fill: #5b6b7f; font: 11px sans-serif }
.id { font-weight: bold }
@media (prefers-color-scheme: dark) { rect { fill: #26303c; stroke: #9fb0c3 } .pool rect { fill: #2d3b4d } .dense rect { fill: #34465c } text { fill: #b6c3d1 } }
</style>
${drawn}
</svg>
`;
}

function drawBlock({ id, type, label, x, y, width, height: tall, sheets }: Block): string {
  const rects = Array.from({ length: Math.max(1, sheets) }, (_, sheet) => {
    const at = (value: number) => round(value + sheetOffset(sheet));
    return `<rect x="${at(x)}" y="${at(y)}" width="${round(width)}" height="${round(tall)}"/>`;
  });
  const left = round(x);
  return `<g class="${type}">${rects.join('')}<text class="id" x="${left}" y="${height + 16}">${id}</text><text x="${left}" y="${height + 32}">${label}</text></g>`;
}

const round = (value: number) => Number(value.toFixed(2));
