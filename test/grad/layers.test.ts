import { describe, expect, it } from 'vitest';
import type { HostTensor, ProbeBatch, Program } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import type { Plan } from '../../core/graph/plan.ts';
import type { Moment } from '../../core/kernels/kernel.ts';
import { layers } from '../../core/layers/index.ts';
import { losses } from '../../core/train/losses.ts';
import { relativeError } from '../support/compare.ts';
import { checkGraph, drawBatch, drawState, momentsOf } from '../support/plans.ts';

/** Parameters are multiples of it, and are moved by it: exact in float32, which is how a program takes them. */
const step = 2 ** -12;
const tolerance = 1e-6;

/** Options of losses that are other functions. */
const lossOptions: Readonly<Record<string, readonly object[]>> = {
  'softmax-cross-entropy': [{}, { smoothing: 0.1 }],
  hinge: [{ rule: 'multi-class' }, { rule: 'one-vs-rest', margin: 0.5 }],
};

/** A finite difference across a kink means nothing; a wrong gradient is wrong on every draw. */
const draws = 10;

for (const { type, label, gradientChecks } of layers.values()) {
  describe(`gradients of ${label}`, () => {
    it('are checked at all', () => expect(gradientChecks.length).toBeGreaterThan(0));
    for (const check of gradientChecks) {
      for (const loss of ['mse', 'softmax-cross-entropy']) {
        if (loss === 'softmax-cross-entropy' && check.layers.at(-1)?.type === 'softmax') continue;
        it(`${type}, ${check.name}, ${loss}: equal finite differences`, async () => {
          const plan = compilePlan(checkGraph(check, { type: loss }), { retain: true });
          for (const moment of momentsOf(plan)) await expectDifferences(plan, check.kinked, moment);
        });
      }
    }
  });
}

for (const [type, { kinked }] of losses) {
  for (const options of lossOptions[type] ?? [{}]) {
    it(`gradients of the loss ${[type, ...Object.values(options)].join(', ')} equal finite differences`, async () => {
      const check = {
        name: type,
        input: [1, 3, 3] as const,
        layers: [{ id: 'OUT', type: 'dense', units: 4 }],
      };
      const plan = compilePlan(checkGraph(check, { type, ...options }), { retain: true });
      await expectDifferences(plan, kinked);
    });
  }
}

async function expectDifferences(plan: Plan, kinked = false, moment?: Moment): Promise<void> {
  let best = { name: '', error: Number.POSITIVE_INFINITY };
  for (let seed = 1; seed <= (kinked ? draws : 1) && best.error > tolerance; seed++) {
    const found = await worstGradient(plan, seed, moment);
    if (found.error < best.error) best = found;
  }
  expect(best.error, `${best.name}${moment ? ' in training' : ''}`).toBeLessThanOrEqual(tolerance);
}

async function worstGradient(
  plan: Plan,
  seed: number,
  moment: Moment | undefined,
): Promise<{ name: string; error: number }> {
  const batch = { ...drawBatch(plan, 3, seed), moment };
  const program = await createReferenceBackend().compile(plan, {
    threads: 1,
    batchSize: 3,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
  });
  const parameters = onGrid(plan, seed);
  program.setState({ parameters, optimizer: new Map() });
  const { gradients } = await program.probe(batch);
  let worst = { name: '', error: 0 };
  for (const [name, analytic] of gradients) {
    const mask = plan.parameters.find((parameter) => parameter.name === name)?.mask;
    const numeric = await differences(program, batch, parameters, name, analytic, mask);
    const error = relativeError(analytic, numeric, 1e-3);
    if (error >= worst.error) worst = { name, error };
  }
  return worst;
}

/** Central differences of the loss, element by element; 0 where a connection is absent. */
async function differences(
  program: Program,
  batch: ProbeBatch,
  parameters: ReadonlyMap<string, Float32Array>,
  name: string,
  { shape, data }: HostTensor,
  mask: Uint8Array | undefined,
): Promise<HostTensor> {
  const original = parameters.get(name) as Float32Array;
  const lossAt = async (i: number, value: number): Promise<number> => {
    const moved = original.with(i, value);
    program.setState({ parameters: new Map([...parameters, [name, moved]]), optimizer: new Map() });
    return (await program.probe(batch)).loss;
  };
  const numeric = new Float64Array(data.length);
  for (let i = 0; i < numeric.length; i++) {
    if (mask?.[i] === 0) continue;
    const value = original[i] as number;
    numeric[i] = ((await lossAt(i, value + step)) - (await lossAt(i, value - step))) / (2 * step);
  }
  return { shape, data: numeric };
}

function onGrid(plan: Plan, seed: number): Map<string, Float32Array> {
  const { parameters } = drawState(plan, seed);
  return new Map(
    [...parameters].map(([name, values]) => [name, values.map((value) => Math.round(value / step) * step)]),
  );
}
