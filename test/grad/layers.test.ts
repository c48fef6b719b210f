import { describe, expect, it } from 'vitest';
import type { HostTensor, ProbeBatch, Program } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { layers } from '../../core/layers/index.ts';
import type { GradientCheck } from '../../core/layers/layer.ts';
import { relativeError } from '../support/compare.ts';
import { checkGraph, drawBatch, drawState } from '../support/plans.ts';

/** Parameters are multiples of it, and are moved by it: exact in float32, which is how a program takes them. */
const step = 2 ** -12;
const tolerance = 1e-6;

/** A finite difference across a kink means nothing; a wrong gradient is wrong on every draw. */
const draws = 10;

for (const { type, label, gradientChecks } of layers.values()) {
  describe(`gradients of ${label}`, () => {
    it('are checked at all', () => expect(gradientChecks.length).toBeGreaterThan(0));
    for (const check of gradientChecks) {
      for (const loss of ['mse', 'softmax-cross-entropy']) {
        if (loss === 'softmax-cross-entropy' && check.layers.at(-1)?.type === 'softmax') continue;
        it(`${type}, ${check.name}, ${loss}: equal finite differences`, async () => {
          const { error, name } = await bestDraw(check, loss);
          expect(error, name).toBeLessThanOrEqual(tolerance);
        });
      }
    }
  });
}

async function bestDraw(check: GradientCheck, loss: string): Promise<{ name: string; error: number }> {
  let best = { name: '', error: Number.POSITIVE_INFINITY };
  for (let seed = 1; seed <= (check.kinked ? draws : 1) && best.error > tolerance; seed++) {
    const found = await worstGradient(check, loss, seed);
    if (found.error < best.error) best = found;
  }
  return best;
}

async function worstGradient(
  check: GradientCheck,
  loss: string,
  seed: number,
): Promise<{ name: string; error: number }> {
  const plan = compilePlan(checkGraph(check, loss), { retain: true });
  const batch = drawBatch(plan, 3, seed);
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
