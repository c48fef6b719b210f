import type { LayerGradients } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { inputId } from '../../graph/graph.ts';
import { finiteRange, tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/** The backward pass of one image: the gradient that reaches every layer, and what it comes to for each parameter. */
export async function describeGradients(
  open: OpenNetwork,
  { image, target }: ParsedParams<'runs.gradients'>,
): Promise<LayerGradients> {
  const { run, plan, epoch, parameters } = open.network;
  const { report, target: asked } = await open.probe(image, target);
  const describe = (id: string, type: string, name: string): LayerGradients['layers'] => {
    const before = report.outputGradients.get(`${id}.delta`);
    const tensor = report.outputGradients.get(name);
    if (!tensor) return [];
    const values = Float32Array.from(tensor.data);
    const norm = Math.sqrt(squares(values));
    return [
      {
        id,
        type,
        gradient: tensorPayload(tensor.shape.slice(1), values),
        ...finiteRange(values),
        norm,
        rms: norm / Math.sqrt(values.length),
        delta: rootMeanSquare(before?.data ?? values),
      },
    ];
  };
  return {
    run,
    epoch,
    target: asked,
    loss: report.loss,
    layers: [
      ...describe(inputId, inputId, `${inputId}.grad`),
      ...plan.layers.flatMap(({ id, type }) => describe(id, type, `${id}.out.grad`)),
    ],
    parameters: plan.parameters.flatMap(({ name, layer }) => {
      const gradient = report.gradients.get(name);
      const value = parameters.get(name);
      return gradient && value
        ? [{ name, layer, rms: rootMeanSquare(gradient.data), value: rootMeanSquare(value) }]
        : [];
    }),
  };
}

function squares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}

const rootMeanSquare = (values: ArrayLike<number>) => Math.sqrt(squares(values) / Math.max(1, values.length));
