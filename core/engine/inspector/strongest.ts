import type { Strongest } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { elements, mapShape } from '../../kernels/shape.ts';
import { tensorPayload } from '../payload.ts';
import { unknownLayer } from './arithmetic.ts';
import { findPart, type SplitPart } from './images.ts';
import { eachOutput } from './layer-outputs.ts';
import type { OpenNetwork } from './open-network.ts';
import { picturesOf } from './pictures.ts';

/** What an image comes to in one map at its strongest. */
interface Peak {
  /** Place in the split. */
  readonly image: number;
  readonly value: number;
  /** Element of the map. */
  readonly at: number;
}

const usual = { split: 'test', count: 2000, maps: 16, best: 9 };

/**
 * The images on which each map of a layer has its largest value, each image counted once (Zeiler and Fergus 2014).
 * @throws `argument.invalid` for a layer or split that is not there
 */
export async function findStrongest(
  open: OpenNetwork,
  params: ParsedParams<'runs.strongest'>,
): Promise<Strongest> {
  const { layer, first = 0, split = usual.split, maps = usual.maps, best = usual.best } = params;
  const shape = open.network.graph.layers.find(({ id }) => id === layer)?.shape;
  if (!shape) throw unknownLayer(layer, open.network.graph.layers);
  const part = findPart(open.data, split);
  const count = Math.min(params.count ?? usual.count, part.indices.length);
  const [total = 0, , width = 1] = shape;
  const peaks = await open.remembered(`strongest ${layer} ${split} ${count} ${best}`, () =>
    findPeaks(open, part, { layer, count, best, total, plane: elements(shape) / total }),
  );
  const shown = peaks.slice(first, first + maps);
  const samples = [...new Set(shown.flatMap((of) => of.map(({ image }) => image)))];
  const placeOf = new Map(samples.map((image, place) => [image, place]));
  const stored = Uint32Array.from(samples, (image) => part.indices[image] as number);
  const input = open.network.graph.input;
  return {
    layer,
    split,
    count,
    total,
    maps: shown.map((of, i) => ({
      map: first + i,
      images: of.map(({ image, value, at }) => ({
        sample: placeOf.get(image) as number,
        value,
        row: Math.floor(at / width),
        column: at % width,
      })),
    })),
    samples: samples.map((index, i) => ({
      index,
      label: part.source.labels[stored[i] as number] as number,
    })),
    images: tensorPayload(
      [samples.length, ...mapShape(input)],
      picturesOf(part.source, stored, open.data.input.transform, input),
    ),
  };
}

async function findPeaks(
  open: OpenNetwork,
  { source, indices }: SplitPart,
  {
    layer,
    count,
    best,
    total,
    plane,
  }: { layer: string; count: number; best: number; total: number; plane: number },
): Promise<Peak[][]> {
  const peaks: Peak[][] = Array.from({ length: total }, () => []);
  await eachOutput(
    open,
    source,
    Uint32Array.from({ length: count }, (_, i) => indices[i] as number),
    [layer],
    (outputs, from, images) => {
      const data = outputs.get(layer) as ArrayLike<number>;
      for (let i = 0; i < images; i++) {
        for (let map = 0; map < total; map++) {
          const at = peakOf(data, (i * total + map) * plane, plane);
          const value = data[(i * total + map) * plane + at] as number;
          insert(peaks[map] as Peak[], { image: from + i, value, at }, best);
        }
      }
    },
  );
  return peaks;
}

function peakOf(data: ArrayLike<number>, start: number, plane: number): number {
  let best = 0;
  for (let i = 1; i < plane; i++) if ((data[start + i] as number) > (data[start + best] as number)) best = i;
  return best;
}

/** Keeps the strongest, strongest first; of equal ones those that came first. */
function insert(peaks: Peak[], peak: Peak, most: number): void {
  const place = peaks.findIndex(({ value }) => value < peak.value);
  if (place < 0 && peaks.length >= most) return;
  peaks.splice(place < 0 ? peaks.length : place, 0, peak);
  peaks.length = Math.min(peaks.length, most);
}
