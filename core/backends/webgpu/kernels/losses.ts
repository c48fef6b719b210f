import { elements, required } from '../../../kernels/shape.ts';
import { type Family, reads, type Site, writes } from '../shader.ts';
import { sharedSum, sharers } from './reduce.ts';
import { softmaxSums } from './softmax.ts';

/** A loss of one sample, as WGSL. */
interface Loss {
  /** Leaves the sample's loss in `loss`; `y[k * pitch + image]`, `wanted(k, image)`. */
  readonly value: (classes: number, pitch: number) => string;
  /** The gradient by output k, before it is divided by the number of samples. */
  readonly gradient: (pitch: number) => string;
}

/** (4): J = 1/2 |t - y|^2; (9), (18): dJ/dy = y - t. */
const halfSquares: Loss = {
  value: (classes, pitch) => `
    for (var k = 0u; k < ${classes}u; k++) {
      let difference = y[k * ${pitch}u + image] - wanted(k, image);
      loss += 0.5 * difference * difference;
    }`,
  gradient: (pitch) => `y[k * ${pitch}u + image] - wanted(k, image)`,
};

/** J = -sum of t_k log softmax(y)_k; dJ/dy_k = p_k (sum of t) - t_k. From the logits, so that no p underflows. */
const crossEntropy: Loss = {
  value: (classes, pitch) => `
    ${softmaxSums('y', classes, pitch)}
    let logarithm = largest + log(sum);
    var weight = 0.0;
    for (var k = 0u; k < ${classes}u; k++) {
      let t = wanted(k, image);
      weight += t;
      if (t != 0.0) { loss += t * (logarithm - y[k * ${pitch}u + image]); }
    }`,
  gradient: (pitch) => `exp(y[k * ${pitch}u + image] - largest) / sum * weight - wanted(k, image)`,
};

export const mse: Family = (site) => lossShader(site, halfSquares);
export const softmaxCrossEntropy: Family = (site) => lossShader(site, crossEntropy);

/**
 * One workgroup goes over all samples: each lane works out the loss and gradient of some, then all add up. In a plan it
 * also keeps score: the largest output of each sample, the sum of the losses, the number of right answers.
 */
function lossShader(site: Site, loss: Loss) {
  const [y, target] = site.inputs.map((tensor) => required(tensor, 'operand'));
  const [losses, dY] = site.outputs;
  const { pitch, keepsScore } = site;
  const classes = elements(required(y, 'y').shape);
  const labelled = target?.shape.length === 0;
  const code = `
fn wanted(k: u32, image: u32) -> f32 {
  ${labelled ? 'return select(0.0, 1.0, goal[image] == i32(k));' : `return goal[k * ${pitch}u + image];`}
}
${sharedSum}
@compute @workgroup_size(${sharers})
fn main(@builtin(local_invocation_index) lane: u32) {
  var lossSum = 0.0;
  var right = 0.0;
  for (var image = lane; image < ${pitch}u; image += ${sharers}u) {
    if (image >= batch.count) {
      ${dY ? `for (var k = 0u; k < ${classes}u; k++) { dY[k * ${pitch}u + image] = 0.0; }` : ''}
      continue;
    }
    var loss = 0.0;
    ${loss.value(classes, pitch)}
    watch(loss);
    losses[image] = loss;
    ${dY ? gradient(loss, classes, pitch) : ''}
    ${keepsScore ? score(classes, pitch, labelled) : ''}
  }
  ${keepsScore ? 'let tally = vec2f(total(lane, lossSum), total(lane, right)); if (lane == 0u) { tallies[batch.index] = tally; }' : ''}
  report();
}`;
  const bindings = [
    reads('y', required(y, 'y').place, 'f32'),
    reads('goal', required(target, 'target').place, labelled ? 'i32' : 'f32'),
    writes('losses', required(losses, 'losses').place, 'f32'),
    ...(dY ? [writes('dY', dY.place, 'f32')] : []),
    ...(keepsScore
      ? [writes('tallies', { tallies: true }, 'vec2f'), writes('predictions', { predictions: true }, 'i32')]
      : []),
  ];
  return { shaders: [{ bindings, code, workgroups: [1, 1, 1] as const }] };
}

const gradient = (loss: Loss, classes: number, pitch: number): string => `
    for (var k = 0u; k < ${classes}u; k++) {
      let result = (${loss.gradient(pitch)}) / f32(batch.count);
      watch(result);
      dY[k * ${pitch}u + image] = result;
    }`;

/** The first of equal outputs counts as the largest. */
const score = (classes: number, pitch: number, labelled: boolean): string => `
    var best = 0u;
    for (var k = 1u; k < ${classes}u; k++) {
      if (y[k * ${pitch}u + image] > y[best * ${pitch}u + image]) { best = k; }
    }
    lossSum += loss;
    ${labelled ? 'right += select(0.0, 1.0, goal[image] == i32(best));' : ''}
    if (batch.training == 0u) { predictions[batch.first + image] = i32(best); }`;
