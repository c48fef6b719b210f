import { z } from 'zod';
import { hingeRule } from '../../../kernels/hinge.ts';
import { elements, required } from '../../../kernels/shape.ts';
import { type Family, reads, type Site, writes } from '../shader.ts';
import { sharers, summing } from './reduce.ts';
import { softmaxSums } from './softmax.ts';

/** A loss of one sample, as WGSL statements over `at(k, image)`, its outputs, and `wanted(k, image)`, its targets. */
interface Loss {
  /** Leaves the sample's loss in `loss`. */
  readonly value: (classes: number, pitch: number) => string;
  /** Leaves the gradient by output k, before it is divided by the number of samples, in `slope`. */
  readonly gradient: (classes: number) => string;
  /** Share of the target that is spread evenly over all classes. */
  readonly smoothing?: number;
}

/** (4): J = 1/2 |t - y|^2; (9), (18): dJ/dy = y - t. */
const halfSquares: Loss = {
  value: (classes) => `
    for (var k = 0u; k < ${classes}u; k++) {
      let difference = at(k, image) - wanted(k, image);
      loss += 0.5 * difference * difference;
    }`,
  gradient: () => 'slope = at(k, image) - wanted(k, image);',
};

/** J = -sum of t_k log softmax(y)_k; dJ/dy_k = p_k (sum of t) - t_k. From the logits, so that no p underflows. */
const crossEntropy = (smoothing: number): Loss => ({
  smoothing,
  value: (classes, pitch) => `
    ${softmaxSums('y', classes, pitch)}
    let logarithm = largest + log(sum);
    var weight = 0.0;
    for (var k = 0u; k < ${classes}u; k++) {
      let t = wanted(k, image);
      weight += t;
      if (t != 0.0) { loss += t * (logarithm - at(k, image)); }
    }`,
  gradient: () => 'slope = exp(at(k, image) - largest) / sum * weight - wanted(k, image);',
});

/** J = sum of softplus(y_k) - t_k y_k; dJ/dy_k = sigmoid(y_k) - t_k. */
const binaryEntropy: Loss = {
  value: (classes) => `
    for (var k = 0u; k < ${classes}u; k++) {
      let u = at(k, image);
      loss += max(u, 0.0) + log(1.0 + exp(-abs(u))) - wanted(k, image) * u;
    }`,
  gradient: () => `let u = at(k, image);
      let e = exp(-abs(u));
      slope = select(e, 1.0, u >= 0.0) / (1.0 + e) - wanted(k, image);`,
};

/** J = sum over j of t_j max(0, m - y_j) + (1 - t_j) max(0, m + y_j). */
const hingeOneVsRest = (margin: number): Loss => ({
  value: (classes) => `
    for (var k = 0u; k < ${classes}u; k++) {
      let t = wanted(k, image);
      let u = at(k, image);
      loss += t * max(0.0, ${margin} - u) + (1.0 - t) * max(0.0, ${margin} + u);
    }`,
  gradient: () => `let t = wanted(k, image);
      let u = at(k, image);
      slope = select(0.0, 1.0 - t, ${margin} + u > 0.0) - select(0.0, t, ${margin} - u > 0.0);`,
});

/** J = sum over c of t_c sum over j other than c of max(0, m + y_j - y_c); its slope is 1 where it is above 0. */
const hingeMultiClass = (margin: number): Loss => ({
  value: (classes) => `
    for (var c = 0u; c < ${classes}u; c++) {
      for (var j = 0u; j < ${classes}u; j++) {
        if (j != c) { loss += wanted(c, image) * max(0.0, ${margin} + at(j, image) - at(c, image)); }
      }
    }`,
  gradient: (classes) => `for (var j = 0u; j < ${classes}u; j++) {
        let ahead = at(k, image) - at(j, image);
        if (j == k) { continue; }
        slope += select(0.0, wanted(j, image), ${margin} + ahead > 0.0);
        slope -= select(0.0, wanted(k, image), ${margin} - ahead > 0.0);
      }`,
});

const smoothed = z.object({ smoothing: z.number() });
const hingeAttributes = z.object({ rule: hingeRule, margin: z.number() });

export const mse: Family = (site) => lossShader(site, halfSquares);
export const softmaxCrossEntropy: Family = (site) =>
  lossShader(site, crossEntropy(smoothed.parse(site.attributes).smoothing));
export const binaryCrossEntropy: Family = (site) => lossShader(site, binaryEntropy);
export const hinge: Family = (site) => {
  const { rule, margin } = hingeAttributes.parse(site.attributes);
  return lossShader(site, rule === 'multi-class' ? hingeMultiClass(margin) : hingeOneVsRest(margin));
};

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
  const { smoothing = 0 } = loss;
  const code = `
fn at(k: u32, image: u32) -> f32 { return y[k * ${pitch}u + image]; }
fn wanted(k: u32, image: u32) -> f32 {
  let given = ${labelled ? 'select(0.0, 1.0, goal[image] == i32(k))' : `goal[k * ${pitch}u + image]`};
  return ${smoothing === 0 ? 'given' : `${1 - smoothing} * given + ${smoothing / classes}`};
}
${summing(
  site.subgroups,
  `var lossSum = 0.0;
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
  report();`,
)}`;
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
      var slope = 0.0;
      ${loss.gradient(classes)}
      let result = slope / f32(batch.count);
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
