import { z } from 'zod';
import { ConvolabError } from '../../../contract/errors.ts';
import type { ParameterUpdate } from '../../../graph/plan.ts';
import type { SgdCall } from '../../../kernels/optimizers/sgd.ts';
import type { CompileOptions } from '../../backend.ts';
import { type Collection, forEach, noFault, reads, type Shader, writes } from '../shader.ts';

/** Elements to which the place of every parameter is rounded up; each such chunk has its own rule. */
export const chunk = 256;

/** What `sgd.update` and `average.update` are here: cases of one shader. */
export const updates: ReadonlySet<string> = new Set(['sgd.update', 'average.update']);

/** Kinds of rules, the first of the four numbers of each. */
const kinds = { descent: 0, average: 1, fixed: 2 } as const;

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

/**
 * The optimizer, if it is one that this backend has.
 * @throws `backend.unsupported`
 */
export function descentOf({ optimizer, clip, average }: CompileOptions): SgdCall {
  if (optimizer.type === 'sgd' && !clip && average === undefined) return optimizer;
  const missing = clip
    ? 'clip gradients'
    : average !== undefined
      ? 'average weights'
      : `train by ${optimizer.type}`;
  throw new ConvolabError('backend.unsupported', `The GPU backend cannot ${missing} yet.`, {
    subject: optimizer.type,
    hint: 'Train on the processor (backend: cpu), or by gradient descent with momentum.',
  });
}

/**
 * The update of all parameters in one dispatch. Gradient descent with momentum: v = mu v + (g + lambda w); (7), (8):
 * w = w - eta v. Running averages: w = w + share (factor g - w), with Bessel's factor n / (n - 1) for a variance of n
 * observations. Nothing is done from the first fault on.
 * @param count elements of all parameters, whole chunks
 */
export function updateAll({ momentum, nesterov = false }: SgdCall, count: number): Shader {
  const main = forEach(
    count / 4,
    `if (atomicLoad(&fault) != ${noFault}u) { return; }
  let rule = rules[item / ${chunk / 4}u];
  let w = weights[item];
  let g = gradients[item];
  if (rule.x == ${kinds.descent}.0) {
    let slope = g + rule.y * w;
    let v = ${momentum} * velocities[item] + slope;
    velocities[item] = v;
    weights[item] = w - batch.rate * (${nesterov ? `slope + ${momentum} * v` : 'v'});
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
      writes('velocities', { all: 'velocities' }),
      reads('rules', { all: 'rules' }),
    ],
  };
}

const sgdAttributes = z.object({ momentum: z.number(), nesterov: z.boolean(), weightDecay: z.number() });
const averageAttributes = z.object({ share: z.number(), factor: z.number() });

/** One of `updates` on a single parameter of up to one chunk: what its inputs are, and which of them it writes. */
export interface SingleUpdate {
  readonly inputs: readonly Collection[];
  readonly written: readonly number[];
  readonly rules: (room: number) => Float32Array;
  readonly shader: (room: number) => Shader;
}

export function singleUpdate(kernel: string, attributes: unknown): SingleUpdate {
  if (kernel === 'sgd.update') {
    const { momentum, nesterov, weightDecay } = sgdAttributes.parse(attributes);
    const update = { type: 'descent', decays: true } as const;
    return {
      inputs: ['parameters', 'gradients', 'velocities'],
      written: [0, 2],
      rules: (room) => rulesOf([{ update, room }], weightDecay),
      shader: (room) => updateAll({ type: 'sgd', momentum, nesterov, weightDecay }, room),
    };
  }
  const { share, factor } = averageAttributes.parse(attributes);
  // The number of observations, of one sample, that has this factor.
  const observations = factor === 1 ? 0 : factor / (factor - 1);
  const update = { type: 'average', share, observations } as const;
  return {
    inputs: ['parameters', 'gradients'],
    written: [0],
    rules: (room) => rulesOf([{ update, room }], 0),
    shader: (room) => updateAll({ type: 'sgd', momentum: 0, weightDecay: 0 }, room),
  };
}
