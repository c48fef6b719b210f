import { z } from 'zod';
import type { ParameterUpdate } from '../../../graph/plan.ts';
import { type OptimizerCall, statesOf } from '../../../kernels/optimizers/index.ts';
import type { Collection, Shader } from '../shader.ts';
import { corrections, rulesOf, stateCollections, updateAll } from './update.ts';

/** Kernels that are no calls of a plan: here, cases of one shader. */
export const updates: ReadonlySet<string> = new Set([
  'sgd.update',
  'adam.update',
  'rmsprop.update',
  'average.update',
]);

/** One of `updates` on a single parameter: what its inputs are, and which of them it writes. */
export interface SingleUpdate {
  readonly inputs: readonly Collection[];
  readonly written: readonly number[];
  readonly rules: (room: number) => Float32Array;
  readonly shader: (room: number) => Shader;
  readonly corrections: readonly [number, number, number];
}

const descentAttributes = z.looseObject({ step: z.number().optional(), weightDecay: z.number() });
const averageAttributes = z.object({ share: z.number(), factor: z.number() });

export function singleUpdate(kernel: string, attributes: Readonly<Record<string, unknown>>): SingleUpdate {
  if (kernel === 'average.update') return runningAverage(averageAttributes.parse(attributes));
  const { step = 1, weightDecay } = descentAttributes.parse(attributes);
  const optimizer = { ...attributes, type: kernel.split('.')[0] } as unknown as OptimizerCall;
  const states = statesOf(optimizer).map((_, i) => stateCollections[i] ?? 'state0');
  const update = { type: 'descent', decays: true } as const;
  return {
    inputs: ['parameters', 'gradients', ...states],
    written: [0, ...states.map((_, i) => i + 2)],
    rules: (room) => rulesOf([{ update, room }], weightDecay),
    shader: (room) => updateAll({ optimizer }, room),
    corrections: corrections({ optimizer }, step),
  };
}

function runningAverage({ share, factor }: z.infer<typeof averageAttributes>): SingleUpdate {
  // The number of observations, of one sample, that has this factor.
  const observations = factor === 1 ? 0 : factor / (factor - 1);
  const update: ParameterUpdate = { type: 'average', share, observations };
  return {
    inputs: ['parameters', 'gradients'],
    written: [0],
    rules: (room) => rulesOf([{ update, room }], 0),
    shader: (room) => updateAll({ optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 } }, room),
    corrections: [1, 1, 0],
  };
}
