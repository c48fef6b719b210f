import { ConvolabError } from '../contract/errors.ts';
import type { ParsedParams } from '../contract/methods.ts';
import type { KernelFilm } from '../contract/runs.ts';
import type { EngineContext } from './context.ts';
import { finiteRange, tensorPayload } from './payload.ts';
import { openRunNetwork, type RunNetwork } from './run-network.ts';

/**
 * Kernels of one layer at several epochs, to be laid side by side.
 * @throws `run.unknown`; `argument.invalid` where the layer has no weights to be seen as pictures, or none were kept of an
 *   epoch; `file.unreadable`, `file.damaged`
 */
export async function filmOf(
  context: Pick<EngineContext, 'store' | 'home'>,
  { run, layer, epochs, channels, filters }: ParsedParams<'runs.kernelFilm'>,
): Promise<KernelFilm> {
  const frames = await Promise.all(
    epochs.map(async (epoch) => frameOf(await openRunNetwork(context, run, epoch), layer, channels, filters)),
  );
  const [first] = frames;
  const size = first?.data.length ?? 0;
  const data = new Float32Array(size * frames.length);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * size);
  });
  return {
    run,
    layer,
    epochs,
    weights: tensorPayload([frames.length, ...(first?.shape ?? [])], data),
    ...finiteRange(data),
  };
}

/** [filters, channels, kh, kw] of one epoch. */
function frameOf(
  { graph, plan, parameters, run }: RunNetwork,
  layer: string,
  channels: readonly number[],
  most: number,
): { shape: readonly number[]; data: Float32Array } {
  const stored = plan.parameters.find(({ name }) => name === `${layer}.weight`);
  const weights = parameters.get(`${layer}.weight`);
  const seen = graph.layers.find(({ id }) => id === layer)?.inputShapes[0] ?? [];
  const shape = stored && pictureShape(stored.shape, seen);
  if (!weights || !shape || channels.some((channel) => channel >= shape[1])) {
    throw new ConvolabError('argument.invalid', `Run ${run} has no such pictures of layer "${layer}".`, {
      subject: layer,
      hint: 'Convolutions have kernels; dense layers on maps have pictures of their weights.',
    });
  }
  const [all, maps, height, width] = shape;
  const filters = Math.min(all, most);
  const size = height * width;
  const data = new Float32Array(filters * channels.length * size);
  for (let filter = 0; filter < filters; filter++) {
    channels.forEach((channel, c) => {
      const from = (filter * maps + channel) * size;
      data.set(weights.subarray(from, from + size), (filter * channels.length + c) * size);
    });
  }
  return { shape: [filters, channels.length, height, width], data };
}

/** Weights as [filters, maps, height, width]; null where they look at no maps. */
function pictureShape(
  stored: readonly number[],
  seen: readonly number[],
): readonly [number, number, number, number] | null {
  if (stored.length === 4) return stored as unknown as readonly [number, number, number, number];
  const [maps = 0, height = 0, width = 0] = seen;
  return stored.length === 2 && seen.length === 3 && height * width > 1
    ? [stored[0] as number, maps, height, width]
    : null;
}
