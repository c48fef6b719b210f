import type { SampleSource } from '../../backends/backend.ts';
import { inputId } from '../../graph/graph.ts';
import { seenBy } from './images.ts';
import type { OpenNetwork } from './open-network.ts';

/**
 * Runs samples forward, some at a time.
 * @param indices of the samples in their source
 * @param visit outputs by layer, [images, ...shape], of the samples from `from` on
 */
export async function eachOutput(
  open: OpenNetwork,
  source: SampleSource,
  indices: Uint32Array,
  layers: readonly string[],
  visit: (outputs: ReadonlyMap<string, ArrayLike<number>>, from: number, images: number) => void,
): Promise<void> {
  const { input } = open.network.plan;
  const program = await open.forward();
  const count = open.batchSize(program.plan);
  for (let from = 0; from < indices.length; from += count) {
    await open.breathe();
    const part = indices.subarray(from, from + count);
    const x = seenBy(open.data, input, source, part);
    const y = new Int32Array(part.length);
    const report = await program.probe({ x, count: part.length, y }, { outputs: layers });
    const outputs = new Map(
      layers.map((id) => [id, id === inputId ? x : (report.outputs.get(`${id}.out`)?.data ?? [])]),
    );
    visit(outputs, from, part.length);
  }
}
