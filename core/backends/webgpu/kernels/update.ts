import type { ParameterUpdate } from '../../../graph/plan.ts';
import { averageKept, type OptimizerCall, statesOf } from '../../../kernels/optimizers/index.ts';
import type { CompileOptions } from '../../backend.ts';
import { type Collection, forEach, noFault, reads, type Shader, writes } from '../shader.ts';

/** Elements to which the place of every parameter is rounded up; each such chunk has its own rule. */
export const chunk = 256;

/** Kinds of rules, the first of the four numbers of each. */
export const kinds = { descent: 0, average: 1, fixed: 2 } as const;

/** What of the options decides about updates. */
export type UpdateOptions = Pick<CompileOptions, 'optimizer' | 'clip' | 'average'>;

/** How a chunk is updated: [kind, weight decay | share, observations, 0]. */
function rule(update: ParameterUpdate, weightDecay: number): number[] {
  if (update.type === 'descent') return [kinds.descent, update.decays ? weightDecay : 0, 0, 0];
  if (update.type === 'average') return [kinds.average, update.share, update.observations ?? 0, 0];
  return [kinds.fixed, 0, 0, 0];
}

/** @param parameters how each is updated, and how many elements it takes up, whole chunks */
export function rulesOf(
  parameters: readonly { readonly update: ParameterUpdate; readonly room: number }[],
  weightDecay: number,
): Float32Array {
  return Float32Array.from(
    parameters.flatMap(({ update, room }) =>
      Array.from({ length: room / chunk }, () => rule(update, weightDecay)).flat(),
    ),
  );
}

/** Where the optimizer's states lie, in the order of its kernel. */
export const stateCollections = ['state0', 'state1'] as const satisfies readonly Collection[];

/**
 * One step down the gradient `g` of the weight `w`, as WGSL over vectors of four: `s0` and `s1` are the states, `decay` the
 * weight decay, `batch.rate` the rate; the step's bias corrections are in `batch.corrections`. The formulas are those of
 * core/kernels/optimizers.
 */
function descent(optimizer: OptimizerCall): string {
  switch (optimizer.type) {
    case 'sgd': {
      const { momentum, nesterov = false } = optimizer;
      // v = mu v + (g + lambda w); (7), (8): w = w - eta v
      return `let slope = g + decay * w;
    s0 = ${momentum} * s0 + slope;
    w -= batch.rate * (${nesterov ? `slope + ${momentum} * s0` : 's0'});`;
    }
    case 'adam': {
      const { beta1, beta2, epsilon, decoupled } = optimizer;
      // m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, w = w - eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
      return `let slope = ${decoupled ? 'g' : 'g + decay * w'};
    ${decoupled ? 'w *= 1.0 - batch.rate * decay;' : ''}
    s0 = ${beta1} * s0 + ${1 - beta1} * slope;
    s1 = ${beta2} * s1 + ${1 - beta2} * slope * slope;
    w -= batch.rate * (s0 / batch.corrections.x) / (sqrt(s1 / batch.corrections.y) + ${epsilon});`;
    }
    case 'rmsprop': {
      const { share, epsilon, momentum } = optimizer;
      // s = a s + (1 - a) g^2; u = mu u + g / (sqrt(s) + epsilon); w = w - eta u
      return `let slope = g + decay * w;
    s0 = ${share} * s0 + ${1 - share} * slope * slope;
    s1 = ${momentum} * s1 + slope / (sqrt(s0) + ${epsilon});
    w -= batch.rate * s1;`;
    }
  }
}

/** What of an update changes with the step, counted from 1; worked out in float64, where powers near 1 keep their digits. */
export function corrections({ optimizer, average }: UpdateOptions, step: number): [number, number, number] {
  const share = average === undefined ? 0 : 1 - averageKept(average, step);
  if (optimizer.type !== 'adam') return [1, 1, share];
  return [1 - optimizer.beta1 ** step, 1 - optimizer.beta2 ** step, share];
}

/**
 * The update of all parameters in one dispatch: descent by the optimizer, with an average of the weights where one is
 * kept; running averages, w = w + share (factor g - w), with Bessel's factor n / (n - 1) for a variance of n
 * observations. Nothing is done from the first fault on.
 * @param count elements of all parameters, whole chunks
 */
export function updateAll({ optimizer, clip, average }: UpdateOptions, count: number): Shader {
  const states = statesOf(optimizer).map((_, i) => i);
  const clipped = {
    norm: 'g *= clipping[0];',
    value: `g = clamp(g, vec4f(-${clip?.bound}), vec4f(${clip?.bound}));`,
  };
  const main = forEach(
    count / 4,
    `if (atomicLoad(&fault) != ${noFault}u) { return; }
  let rule = rules[item / ${chunk / 4}u];
  let decay = rule.y;
  var w = weights[item];
  var g = gradients[item];
  if (rule.x == ${kinds.descent}.0) {
    ${states.map((i) => `var s${i} = state${i}[item];`).join('\n    ')}
    ${clip ? clipped[clip.type] : ''}
    ${descent(optimizer)}
    ${states.map((i) => `state${i}[item] = s${i};`).join('\n    ')}
    weights[item] = w;
    ${average === undefined ? '' : 'averages[item] += batch.corrections.z * (w - averages[item]);'}
  } else if (rule.x == ${kinds.average}.0) {
    let n = rule.z * f32(batch.count);
    let factor = select(1.0, n / (n - 1.0), n > 1.0);
    weights[item] = w + rule.y * (factor * g - w);
  }`,
  );
  return {
    ...main,
    bindings: [
      writes('weights', { all: 'parameters' }),
      reads('gradients', { all: 'gradients' }),
      reads('rules', { all: 'rules' }),
      ...states.map((i) => writes(`state${i}`, { all: stateCollections[i] ?? 'state0' })),
      ...(clip?.type === 'norm' ? [reads('clipping', { all: 'clipping' }, 'f32')] : []),
      ...(average === undefined ? [] : [writes('averages', { all: 'averages' })]),
    ],
  };
}
