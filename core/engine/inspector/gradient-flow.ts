import type { GradientFlow } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { inputId } from '../../graph/graph.ts';
import { findPart, seenBy } from './images.ts';
import type { OpenNetwork } from './open-network.ts';

const usual = { split: 'test', count: 128 };

/**
 * How much of the loss of many images comes back to each layer: the backward pass of every one of them by itself.
 * @throws `argument.invalid` for a split that is not there
 */
export async function measureFlow(
  open: OpenNetwork,
  { split = usual.split, count: wanted = usual.count }: ParsedParams<'runs.gradientFlow'>,
): Promise<GradientFlow> {
  const part = findPart(open.data, split);
  const count = Math.min(wanted, part.indices.length);
  return open.remembered(`flow ${split} ${count}`, async () => {
    const { run, epoch, plan } = open.network;
    const sums = new Map<string, { squares: number; values: number }>();
    const program = await open.backward();
    const atOnce = open.batchSize(program.plan);
    let loss = 0;
    for (let from = 0; from < count; from += atOnce) {
      await open.breathe();
      const images = Math.min(atOnce, count - from);
      const indices = Uint32Array.from({ length: images }, (_, i) => part.indices[from + i] as number);
      const x = seenBy(open.data, plan.input, part.source, indices);
      const y = Int32Array.from(indices, (index) => part.source.labels[index] as number);
      const report = await program.probe({ x, count: images, y }, { outputs: [], outputGradients: true });
      loss += images * report.loss;
      for (const [name, { data }] of report.outputGradients) {
        const sum = sums.get(name) ?? { squares: 0, values: 0 };
        // The loss is the mean over the batch: an image's own gradient is as many times larger.
        for (const value of data) sum.squares += (images * value) ** 2;
        sum.values += data.length;
        sums.set(name, sum);
      }
    }
    return {
      run,
      epoch,
      split,
      count,
      loss: loss / count,
      layers: [{ id: inputId, type: inputId }, ...plan.layers].flatMap(({ id, type }) => {
        const sum = [`${id}.delta`, `${id}.out.grad`, `${id}.grad`]
          .map((name) => sums.get(name))
          .find(Boolean);
        return sum ? [{ id, type, delta: Math.sqrt(sum.squares / sum.values) }] : [];
      }),
    };
  });
}
