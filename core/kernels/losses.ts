import { z } from 'zod';
import type { Kernel, KernelCase, KernelTensor, Operand } from './kernel.ts';
import { required } from './shape.ts';
import { softmax } from './softmax.ts';

const plain = z.strictObject({});
const smoothed = z.strictObject({
  /** Share of the target that is spread evenly over all classes. */
  smoothing: z.number().min(0).max(1),
});
type Plain = z.infer<typeof plain>;
type Smoothed = z.infer<typeof smoothed>;

/**
 * The operands of every loss. `target` is either labels [N], which stand for one-hot targets, or targets [N, K] where
 * K is the number of elements of a sample's y. `losses` is the loss of each sample, undivided; dY is the gradient of
 * their mean over the batch, so already divided by the number of samples.
 */
export const lossInputs: readonly Operand[] = [
  { name: 'y', role: 'value' },
  { name: 'target', role: 'target' },
];
export const lossOutputs: readonly Operand[] = [
  { name: 'losses', role: 'scalar' },
  { name: 'dY', role: 'value', optional: true },
];

/** Target k of sample n, whichever way targets are given. */
export function targetReader(target: KernelTensor, classes: number): (n: number, k: number) => number {
  const { shape, data } = target;
  if (shape.length === 1) return (n, k) => (data[n] === k ? 1 : 0);
  return (n, k) => data[n * classes + k]!;
}

/** J = 1/2 |t - y|^2 for each sample. Inputs: y, target. Outputs: losses, dY. */
export const mse: Kernel<Plain> = {
  name: 'mse',
  inputs: lossInputs,
  outputs: lossOutputs,
  attributes: plain,
  shapes: ([y]) => [[], required(y, 'y')],
  // (4): J = 1/2 |t - y|^2; (9), (18): dJ/dy = y - t
  reference([y, target], [losses, dY], _, batch) {
    const { data } = required(y, 'y');
    const classes = data.length / batch;
    const targetOf = targetReader(required(target, 'target'), classes);
    for (let n = 0; n < batch; n++) {
      let loss = 0;
      for (let k = 0; k < classes; k++) {
        const difference = data[n * classes + k]! - targetOf(n, k);
        loss += 0.5 * difference * difference;
        if (dY) dY.data[n * classes + k] = difference / batch;
      }
      required(losses, 'losses').data[n] = loss;
    }
  },
  cases: lossCases({}),
};

/**
 * J = -sum of t'_k log softmax(y)_k for each sample; y are logits, and t' = (1 - smoothing) t + smoothing / K over the K
 * classes (Szegedy et al., "Rethinking the Inception architecture", 2016). Inputs: y, target. Outputs: losses, dY.
 * Targets [N, K] need not sum to one.
 */
export const softmaxCrossEntropy: Kernel<Smoothed> = {
  name: 'softmax-cross-entropy',
  inputs: lossInputs,
  outputs: lossOutputs,
  attributes: smoothed,
  shapes: ([y]) => [[], required(y, 'y')],
  // As (18) with f = softmax and J = -sum of t_k log p_k, where f' cancels: dJ/dy_k = p_k (sum of t) - t_k
  reference([y, target], [losses, dY], { smoothing }, batch) {
    const { data } = required(y, 'y');
    const classes = data.length / batch;
    const given = targetReader(required(target, 'target'), classes);
    const targetOf = (n: number, k: number) => (1 - smoothing) * given(n, k) + smoothing / classes;
    const probabilities = new Float64Array(data.length);
    for (let n = 0; n < batch; n++) {
      const start = n * classes;
      softmax(data, start, classes, probabilities);
      const logarithm = logSumExp(data, start, classes);
      let loss = 0;
      let total = 0;
      for (let k = 0; k < classes; k++) {
        const t = targetOf(n, k);
        total += t;
        // From the logits, not from p: a probability that underflows must not make the loss infinite.
        if (t !== 0) loss += t * (logarithm - data[start + k]!);
      }
      required(losses, 'losses').data[n] = loss;
      if (!dY) continue;
      for (let k = 0; k < classes; k++) {
        dY.data[start + k] = (probabilities[start + k]! * total - targetOf(n, k)) / batch;
      }
    }
  },
  cases: [
    ...lossCases({ smoothing: 0 }),
    ...lossCases({ smoothing: 0.1 })
      .filter(({ batch }) => batch === 17)
      .map((of) => ({ ...of, name: `smoothed, ${of.name}` })),
  ],
};

/** log of the sum of exp, shifted by the largest. */
function logSumExp(data: Float64Array, start: number, count: number): number {
  const part = data.subarray(start, start + count);
  const largest = part.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(part.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** Targets of both kinds, on which every loss is judged. */
export function lossCases<A>(attributes: A): KernelCase<A>[] {
  const labelled = (name: string, batch: number, classes: number, extreme = false) => ({
    name,
    batch,
    attributes,
    inputs: [[classes], []],
    draw: { target: { labels: classes }, ...(extreme && { y: 'extreme' as const }) },
  });
  const dense = (name: string, batch: number, classes: number) => ({
    name,
    batch,
    attributes,
    inputs: [[classes], [classes]],
    draw: { target: 'positive' as const },
  });
  return [
    labelled('labels, two classes', 1, 2),
    labelled('labels, batch 5', 5, 10),
    labelled('labels, batch 16', 16, 10),
    labelled('labels, odd count, batch 17', 17, 7),
    labelled('labels, batch 64', 64, 10),
    labelled('labels, large outputs', 17, 10, true),
    dense('targets, batch 1', 1, 3),
    dense('targets, batch 5', 5, 10),
    dense('targets, batch 17', 17, 9),
    { ...labelled('labels, maps of one pixel', 5, 4), inputs: [[4, 1, 1], []] },
  ];
}
