import { ConvolabError } from '../../contract/errors.ts';
import type { Arithmetic } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { type GraphLayer, inputId } from '../../graph/graph.ts';
import { activations } from '../../kernels/activations.ts';
import { formatShape } from '../../kernels/shape.ts';
import {
  type ExplainedPart,
  type Explanation,
  indexOf,
  type Place,
  type SampleValue,
} from '../../layers/explain.ts';
import { tensorPayload } from '../payload.ts';
import type { OpenNetwork, ProbedImage } from './open-network.ts';

/**
 * One output of a layer with every number that makes it, added up anew in float64.
 * @returns null for a layer whose output is no such sum
 * @throws `argument.invalid` for a layer or a place in it that is not there
 */
export async function explainOutput(
  open: OpenNetwork,
  { image, layer: id, channel, row = 0, column = 0 }: ParsedParams<'runs.arithmetic'>,
): Promise<Arithmetic | null> {
  const { graph, parameters } = open.network;
  const layer = graph.layers.find((each) => each.id === id);
  if (!layer) throw unknownLayer(id, graph.layers);
  const place = { channel, row, column };
  checkPlace(layer, place);
  const { explain } = layer.definition;
  if (!explain) return null;
  const probed = await open.probe(image);
  const lookUp = (from: string): SampleValue => sampleValue(probed, from, graph.input);
  const explanation = explain.call(layer.definition, layer.spec, place, {
    inputs: layer.from.map(lookUp),
    shape: layer.shape,
    parameter: (role) => parameters.get(`${id}.${role}`) ?? new Float32Array(),
  });
  const output = lookUp(id).data[indexOf(layer.shape, place)] as number;
  return { layer: id, type: layer.spec.type, ...place, ...workOut(explanation, layer.from), output };
}

/** What is worked out of an explanation. */
type Worked = Omit<Arithmetic, 'layer' | 'type' | 'channel' | 'row' | 'column' | 'output'>;

export function workOut(
  { combine, parts, gain, bias, activation }: Explanation,
  from: readonly string[],
): Worked {
  const sums = parts.map(sumOf);
  const sum = sums.reduce((a, b) => a + b, 0);
  const size = parts.reduce((count, { values }) => count + values.length, 0);
  const combined = { sum, mean: sum / size, maximum: Math.max(...parts.map(greatestOf)) }[combine];
  const total = combined * (gain ?? 1) + (bias ?? 0);
  return {
    combine,
    parts: parts.map((part, i) => ({
      source: from[part.input] ?? inputId,
      channel: part.channel,
      top: part.top,
      left: part.left,
      values: tensorPayload([part.height, part.width], part.values),
      weights: part.weights && tensorPayload([part.height, part.width], part.weights),
      inside: tensorPayload([part.height, part.width], part.inside),
      sum: sums[i] as number,
    })),
    combined,
    gain,
    bias,
    total,
    activation,
    result: activations[activation].value(total),
  };
}

function sumOf({ values, weights }: ExplainedPart): number {
  return values.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 1), 0);
}

function greatestOf({ values, inside }: ExplainedPart): number {
  return values.reduce(
    (best, value, i) => (inside[i] ? Math.max(best, value) : best),
    Number.NEGATIVE_INFINITY,
  );
}

function sampleValue({ x, report }: ProbedImage, id: string, input: readonly number[]): SampleValue {
  if (id === inputId) return { shape: input, data: x };
  const { shape = [], data = [] } = report.outputs.get(`${id}.out`) ?? {};
  return { shape: shape.slice(1), data };
}

export function unknownLayer(id: string, layers: readonly GraphLayer[]): ConvolabError {
  return new ConvolabError('argument.invalid', `The network has no layer "${id}".`, {
    subject: id,
    hint: `Its layers: ${layers.map((layer) => layer.id).join(', ')}.`,
  });
}

function checkPlace({ id, shape }: GraphLayer, { channel, row, column }: Place): void {
  const [channels = 0, rows = 1, columns = 1] = shape;
  if (channel < channels && row < rows && column < columns) return;
  throw new ConvolabError(
    'argument.invalid',
    `Layer ${id} (${formatShape(shape)}) has no output at map ${channel}, row ${row}, column ${column}.`,
    { subject: id },
  );
}
