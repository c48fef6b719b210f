import { describe, expect, it } from 'vitest';
import type { HostTensor, ProbeBatch, Program } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { elements } from '../../core/kernels/shape.ts';
import { layers } from '../../core/layers/index.ts';
import { relativeError } from '../support/compare.ts';
import { checkGraph, drawBatch, drawSeed, drawState } from '../support/plans.ts';

/** Pixels are moved by it: a power of two, exact in float32, which is how a probe takes them. */
const step = 2 ** -12;
const tolerance = 1e-6;
const count = 2;
/** A difference across a kink means nothing; a wrong gradient is wrong on every draw. */
const draws = 10;

for (const { type, label, gradientChecks } of layers.values()) {
  describe(`the input's gradient through ${label}`, () => {
    for (const check of gradientChecks) {
      for (const backward of ['input', 'seeded'] as const) {
        it(`${type}, ${check.name}, ${backward}: equals finite differences`, async () => {
          const plan = compilePlan(checkGraph(check), { retain: true, backward });
          let error = Number.POSITIVE_INFINITY;
          for (let seed = 1; seed <= (check.kinked ? draws : 1) && error > tolerance; seed++)
            error = Math.min(error, await errorOf(plan, seed));
          expect(error).toBeLessThanOrEqual(tolerance);
        });
      }
    }
  });
}

async function errorOf(plan: Plan, draw: number): Promise<number> {
  const program = await createReferenceBackend().compile(plan, {
    threads: 1,
    batchSize: count,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
  });
  program.setState(drawState(plan, draw));
  const drawn = drawBatch(plan, count, draw);
  const x = drawn.x.map((value) => Math.round(value / step) * step);
  const batch = { ...drawn, x, ...(plan.seedValue !== null && { seed: drawSeed(plan, count, draw) }) };
  const { outputGradients } = await program.probe(batch, { outputGradients: true });
  const analytic = outputGradients.get('input.grad') as HostTensor;
  expect(analytic.shape).toEqual([count, ...plan.input]);
  return relativeError(analytic, await differences(program, batch, analytic), 1e-3);
}

/** Central differences, pixel by pixel, of the loss, or of what the seed is the gradient of: its product with the output. */
async function differences(program: Program, batch: ProbeBatch, { shape, data }: HostTensor) {
  const output = `${program.plan.layers.at(-1)?.id}.out`;
  const valueAt = async (i: number, value: number): Promise<number> => {
    const { loss, outputs } = await program.probe({ ...batch, x: batch.x.with(i, value) });
    const { seed } = batch;
    if (!seed) return loss;
    const y = outputs.get(output) as HostTensor;
    return seed.reduce((sum, weight, k) => sum + weight * (y.data[k] as number), 0);
  };
  const numeric = new Float64Array(data.length);
  for (let i = 0; i < count * elements(program.plan.input); i++) {
    const value = batch.x[i] as number;
    numeric[i] = ((await valueAt(i, value + step)) - (await valueAt(i, value - step))) / (2 * step);
  }
  return { shape, data: numeric };
}
