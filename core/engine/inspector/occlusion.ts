import type { Transform } from '../../backends/backend.ts';
import type { Occlusion } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { describeModel } from '../../graph/describe.ts';
import { elements, mapShape } from '../../kernels/shape.ts';
import { tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/** Work that is spent on one map: about a second on a laptop. */
const mostFlops = 2e10;
/** Images at a time in memory. */
const atOnce = 1024;

/**
 * How sure the network is of a class while a grey square hides one part of the input after another (Zeiler and Fergus,
 * "Visualizing and understanding convolutional networks", 2014). Grey is the mean of the image's
 * own values, channel by channel.
 */
export async function occlude(
  open: OpenNetwork,
  { image, target, size, stride }: ParsedParams<'runs.occlusion'>,
): Promise<Occlusion> {
  const { graph } = open.network;
  const [, height, width] = mapShape(graph.input);
  const probed = await open.probe(image, target);
  const side = size ?? Math.max(3, Math.round(Math.min(height, width) / 5));
  const step = stride ?? strideFor(height * width, describeModel(graph, 1).flops);
  const grid = { rows: Math.ceil(height / step), columns: Math.ceil(width / step), step, side };
  const hidden = new Hidden(probed.x, graph.input, grid);
  const probabilities = await judge(open, hidden, probed.target);
  const base = open.probabilities(open.outputOf(probed.report.outputs))[probed.target] as number;
  return {
    target: probed.target,
    size: side,
    stride: step,
    base,
    probabilities: tensorPayload([grid.rows, grid.columns], probabilities),
    images: hidden.count,
  };
}

/** As fine as the work allows. */
function strideFor(pixels: number, flops: number): number {
  return Math.max(1, Math.ceil(Math.sqrt((pixels * flops) / mostFlops)));
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
  readonly side: number;
}

/** The image once for every place of the square. */
class Hidden {
  readonly count: number;
  readonly #x: Float32Array;
  readonly #input: readonly number[];
  readonly #grid: Grid;
  readonly #grey: number[];

  constructor(x: Float32Array, input: readonly number[], grid: Grid) {
    this.#x = x;
    this.#input = input;
    this.#grid = grid;
    this.count = grid.rows * grid.columns;
    const [channels, height, width] = mapShape(input);
    const plane = height * width;
    this.#grey = Array.from({ length: channels }, (_, c) => {
      const values = x.subarray(c * plane, (c + 1) * plane);
      return values.reduce((sum, value) => sum + value, 0) / plane;
    });
  }

  /** [count, C, H, W] from a place on. */
  images(first: number, count: number): Float32Array {
    const size = this.#x.length;
    const images = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      images.set(this.#x, i * size);
      this.#hide(images.subarray(i * size, (i + 1) * size), first + i);
    }
    return images;
  }

  #hide(image: Float32Array, place: number): void {
    const [channels, height, width] = mapShape(this.#input);
    const { columns, step, side } = this.#grid;
    const top = Math.floor(place / columns) * step - (side >> 1);
    const left = (place % columns) * step - (side >> 1);
    const [from, to] = [Math.max(0, left), Math.min(width, left + side)];
    for (let c = 0; c < channels; c++) {
      for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
        const line = (c * height + row) * width;
        image.fill(this.#grey[c] as number, line + from, line + to);
      }
    }
  }
}

/** Probability of the target for every hidden place. */
async function judge(open: OpenNetwork, hidden: Hidden, target: number): Promise<Float32Array> {
  const { graph } = open.network;
  const outputs = elements(graph.output.shape);
  const program = await open.evaluator();
  const found = new Float32Array(hidden.count);
  for (let first = 0; first < hidden.count; first += atOnce) {
    const count = Math.min(atOnce, hidden.count - first);
    const images = hidden.images(first, count);
    const labels = new Int32Array(count);
    program.attach('hidden', { images, labels, shape: graph.input, classes: outputs }, asItIs(graph.input));
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    const report = await program.evaluate('hidden', indices, { outputs: true });
    for (let i = 0; i < count; i++) {
      const logits = report.outputs?.subarray(i * outputs, (i + 1) * outputs) ?? [];
      found[first + i] = open.probabilities(logits)[target] as number;
    }
  }
  return found;
}

function asItIs([channels = 1]: readonly number[]): Transform {
  return {
    scale: new Float32Array(channels).fill(1),
    shift: new Float32Array(channels),
    padTop: 0,
    padLeft: 0,
  };
}
