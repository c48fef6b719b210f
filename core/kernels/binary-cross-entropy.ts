import { z } from 'zod';
import { activations } from './activations.ts';
import type { Kernel } from './kernel.ts';
import { lossCases, lossInputs, lossOutputs, targetReader } from './losses.ts';
import { required } from './shape.ts';

const attributes = z.strictObject({});

/**
 * J = -sum over outputs of t log sigmoid(y) + (1 - t) log(1 - sigmoid(y)) for each sample: every output a yes or no of its
 * own; y are logits. Inputs: y, target. Outputs: losses, dY.
 */
export const binaryCrossEntropy: Kernel<z.infer<typeof attributes>> = {
  name: 'binary-cross-entropy',
  inputs: lossInputs,
  outputs: lossOutputs,
  attributes,
  shapes: ([y]) => [[], required(y, 'y')],
  // -log sigmoid(y) = softplus(-y), so J = softplus(y) - t y, which no logit makes infinite; as (18): dJ/dy = sigmoid(y) - t
  reference([y, target], [losses, dY], _, batch) {
    const { data } = required(y, 'y');
    const classes = data.length / batch;
    const targetOf = targetReader(required(target, 'target'), classes);
    for (let n = 0; n < batch; n++) {
      let loss = 0;
      for (let k = 0; k < classes; k++) {
        const logit = data[n * classes + k]!;
        loss += activations.softplus.value(logit) - targetOf(n, k) * logit;
        if (dY) dY.data[n * classes + k] = (activations.sigmoid.value(logit) - targetOf(n, k)) / batch;
      }
      required(losses, 'losses').data[n] = loss;
    }
  },
  cases: lossCases({}),
};
