import { z } from 'zod';
import type { Kernel, KernelCase, KernelTensor, Moment, Shape } from './kernel.ts';
import { philox, streamKey, toUniform } from './philox.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({
  /** Share of elements that are set to 0. */
  rate: z.number().min(0).lt(1),
  /** Place of the layer in the model: layers draw masks of their own. */
  layer: z.int().nonnegative(),
});
type Attributes = z.infer<typeof attributes>;

/**
 * y = x m / (1 - rate) in training, m being 1 with probability 1 - rate and else 0, so that evaluation, which hands x on
 * as it is, sees the same mean (inverted dropout; Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014).
 *
 * The mask is a pure function of (seed, step, layer, sample, element): element e of the sample at place n of the batch
 * takes word e mod 4 of the block that Philox gives for the counter (e div 4, n, step, layer), and is kept where that
 * word as a number in [0, 1) is at least the rate.
 * Inputs: x. Outputs: y.
 */
export const dropoutForward: Kernel<Attributes> = {
  name: 'dropout.forward',
  inputs: [{ name: 'x', role: 'value' }],
  outputs: [{ name: 'y', role: 'value' }],
  attributes,
  inPlace: [0],
  usesMoment: true,
  shapes: ([x]) => [required(x, 'x')],
  reference([x], [y], chosen, batch, moment) {
    multiplyByMask(required(x, 'x'), required(y, 'y'), chosen, batch, moment);
  },
  cases: cases(),
};

/** dX = dY m / (1 - rate), with the mask of the forward pass drawn again. Inputs: dY. Outputs: dX. */
export const dropoutBackward: Kernel<Attributes> = {
  name: 'dropout.backward',
  inputs: [{ name: 'dY', role: 'value' }],
  outputs: [{ name: 'dX', role: 'value' }],
  attributes,
  inPlace: [0],
  usesMoment: true,
  shapes: ([dY]) => [required(dY, 'dY')],
  reference([dY], [dX], chosen, batch, moment) {
    multiplyByMask(required(dY, 'dY'), required(dX, 'dX'), chosen, batch, moment);
  },
  cases: cases(),
};

function multiplyByMask(
  from: KernelTensor,
  to: KernelTensor,
  { rate, layer }: Attributes,
  batch: number,
  moment: Moment | null,
): void {
  if (moment === null) {
    to.data.set(from.data);
    return;
  }
  const key = streamKey(moment.seed, 'dropout');
  const size = from.data.length / batch;
  const scale = 1 / (1 - rate);
  for (let n = 0; n < batch; n++) {
    for (let e = 0; e < size; e += 4) {
      const words = philox([e >>> 2, n, moment.step >>> 0, layer], key);
      for (let k = 0; k < Math.min(4, size - e); k++) {
        const i = n * size + e + k;
        to.data[i] = toUniform(words[k]!) >= rate ? from.data[i]! * scale : 0;
      }
    }
  }
}

function cases(): KernelCase<Attributes>[] {
  const moment = { seed: 2 ** 40 + 7, step: 12_345 };
  const shapes: [string, number, Shape][] = [
    ['one element', 1, [1]],
    ['a vector, batch 5', 5, [7]],
    ['maps, batch 16', 16, [3, 5, 4]],
    ['maps of odd size, batch 17', 17, [2, 3, 3]],
    ['a vector, batch 64', 64, [10]],
  ];
  return shapes.flatMap(([name, batch, shape]) => [
    ...(batch === 17 ? [0, 0.25, 0.5, 0.9] : [0.5]).map((rate) => ({
      name: `rate ${rate}, ${name}`,
      batch,
      attributes: { rate, layer: 3 },
      inputs: [shape],
      moment,
    })),
    { name: `outside training, ${name}`, batch, attributes: { rate: 0.5, layer: 3 }, inputs: [shape] },
  ]);
}
