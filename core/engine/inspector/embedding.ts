import type { Embedding } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { type Graph, inputId } from '../../graph/graph.ts';
import { elements } from '../../kernels/shape.ts';
import { tensorPayload } from '../payload.ts';
import { unknownLayer } from './arithmetic.ts';
import { findPart, type SplitPart } from './images.ts';
import { eachOutput } from './layer-outputs.ts';
import { largest, type OpenNetwork } from './open-network.ts';
import { principalPlane } from './principal-plane.ts';

const usual = { split: 'test', count: 10_000 };

/**
 * What a layer makes of many images, projected on the two directions in which it varies most.
 * @throws `argument.invalid` for a layer or split that is not there
 */
export async function project(open: OpenNetwork, params: ParsedParams<'runs.embedding'>): Promise<Embedding> {
  const { split = usual.split } = params;
  const { graph } = open.network;
  const layer = params.layer ?? penultimate(graph);
  const shape = layer === inputId ? graph.input : graph.layers.find(({ id }) => id === layer)?.shape;
  if (!shape) throw unknownLayer(layer, graph.layers);
  const part = findPart(open.data, split);
  const count = Math.min(params.count ?? usual.count, part.indices.length);
  return open.remembered(`plane ${layer} ${split} ${count}`, () =>
    projectPart(open, part, { layer, split, count, dimensions: elements(shape) }),
  );
}

interface Wanted {
  readonly layer: string;
  readonly split: string;
  readonly count: number;
  /** Of the layer. */
  readonly dimensions: number;
}

async function projectPart(
  open: OpenNetwork,
  part: SplitPart,
  { layer, split, count, dimensions }: Wanted,
): Promise<Embedding> {
  const { graph } = open.network;
  const indices = Uint32Array.from({ length: count }, (_, i) => part.indices[i] as number);
  const values = new Float32Array(count * dimensions);
  const predictions = new Int32Array(count);
  const classes = elements(graph.output.shape);
  await eachOutput(open, part.source, indices, [layer, graph.output.id], (outputs, from, images) => {
    values.set(outputs.get(layer) ?? [], from * dimensions);
    const logits = Float32Array.from(outputs.get(graph.output.id) ?? []);
    for (let i = 0; i < images; i++)
      predictions[from + i] = largest(logits.subarray(i * classes, (i + 1) * classes));
  });
  const { points, explained } = principalPlane(values, dimensions);
  return {
    layer,
    dimensions,
    split,
    count,
    classes: [...open.classes],
    points: tensorPayload([count, 2], points),
    labels: tensorPayload(
      [count],
      Int32Array.from(indices, (index) => part.source.labels[index] as number),
    ),
    predictions: tensorPayload([count], predictions),
    explained,
  };
}

/** What the output layer looks at: the network's last word on an image before the classes. */
function penultimate(graph: Graph): string {
  const before = (id: string): string => graph.layers.find((layer) => layer.id === id)?.from[0] ?? inputId;
  const typeOf = (id: string) => graph.layers.find((layer) => layer.id === id)?.spec.type;
  // In evaluation dropout hands on what it is given.
  let id = before(graph.output.id);
  while (typeOf(id) === 'dropout') id = before(id);
  return id;
}
