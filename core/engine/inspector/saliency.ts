import type { Saliency } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { elements } from '../../kernels/shape.ts';
import { tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/**
 * Gradient of a class's output with respect to the input (Simonyan, Vedaldi and Zisserman, "Deep inside convolutional
 * networks", 2013): of the output itself, not of the loss, whose gradient vanishes where the network is sure.
 */
export async function salientPixels(
  open: OpenNetwork,
  { image, target }: ParsedParams<'runs.saliency'>,
): Promise<Saliency> {
  const { graph } = open.network;
  const { x, target: asked } = await open.probe(image, target);
  const seed = new Float32Array(elements(graph.output.shape));
  seed[asked] = 1;
  const program = await open.seeded();
  const { outputs, outputGradients } = await program.probe(
    { x, count: 1, y: Int32Array.of(asked), seed },
    { outputGradients: true, outputs: [graph.output.id] },
  );
  const { data = [] } = outputGradients.get('input.grad') ?? {};
  return {
    target: asked,
    score: open.outputOf(outputs)[asked] as number,
    gradient: tensorPayload(graph.input, Float32Array.from(data)),
  };
}
