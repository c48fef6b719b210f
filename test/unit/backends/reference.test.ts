import { describe, expect, it } from 'vitest';
import type { Program, SampleSource, Transform } from '../../../core/backends/backend.ts';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import { compilePlan } from '../../../core/graph/compile.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { parseModel } from '../../../core/graph/parse.ts';
import type { Plan } from '../../../core/graph/plan.ts';

// One unit on one pixel with squared error: every number of a step can be worked by hand.
const unit = planOf([1, 1, 1], [{ id: 'D', type: 'dense', units: 1 }]);
const moment = { seed: 1, step: 0 };
const identity: Transform = {
  scale: Float32Array.of(1),
  shift: Float32Array.of(0),
  padTop: 0,
  padLeft: 0,
};
const pixels = (...bytes: number[]): SampleSource => ({
  images: Uint8Array.from(bytes),
  labels: new Int32Array(bytes.length),
  shape: [1, 1, 1],
  classes: 1,
});

function planOf(input: number[], layers: Record<string, unknown>[], retain = false): Plan {
  const spec = { version: 1, name: 'test', input, layers, loss: { type: 'mse' } };
  return compilePlan(buildGraph(parseModel(spec)), { retain });
}

async function programOf(
  plan: Plan,
  weight: number[],
  bias: number[] = [0],
  optimizer: { momentum?: number; weightDecay?: number } = {},
): Promise<Program> {
  const program = await createReferenceBackend().compile(plan, {
    threads: 1,
    batchSize: 2,
    optimizer: { type: 'sgd', momentum: 0, weightDecay: 0, ...optimizer },
  });
  const parameters = new Map([
    ['D.weight', Float32Array.from(weight)],
    ['D.bias', Float32Array.from(bias)],
  ]);
  program.setState({ parameters, optimizer: new Map() });
  return program;
}

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

describe('training on the reference backend', () => {
  it('takes a step against the mean gradient of the batch', async () => {
    const program = await programOf(unit, [1]);
    program.attach('train', pixels(1, 3), identity);
    const request = { order: all(2), batchSize: 2, rates: Float32Array.of(0.25), moment };
    const report = await program.train('train', request);
    // y = x, t = 1 (one class): errors 0 and 2; losses 0 and 2; dW = (0*1 + 2*3) / 2 = 3, db = 1
    expect(report).toEqual({ steps: 1, samples: 2, lossSum: 2, correct: 2, nonFinite: null });
    expect((await program.state()).parameters.get('D.weight')).toEqual(Float32Array.of(1 - 0.25 * 3));
    expect((await program.state()).parameters.get('D.bias')).toEqual(Float32Array.of(-0.25));
  });

  it('divides a partial batch by its own count, and takes the rate of each step', async () => {
    const program = await programOf(unit, [0], [1]);
    program.attach('train', pixels(0, 0, 4), identity);
    const request = { order: all(3), batchSize: 2, rates: Float32Array.of(0, 0.5), moment };
    expect((await program.train('train', request)).steps).toBe(2);
    // The first batch is right already; in the second y = 1 = t too, so nothing moves.
    expect((await program.state()).parameters.get('D.weight')).toEqual(Float32Array.of(0));
    program.attach('train', pixels(2), identity);
    program.setState({
      parameters: new Map([['D.bias', Float32Array.of(0)]]),
      optimizer: new Map(),
    });
    await program.train('train', { order: all(1), batchSize: 2, rates: Float32Array.of(0.5), moment });
    // y = 0, error -1, dW = -1 * 2 over a count of 1
    expect((await program.state()).parameters.get('D.weight')).toEqual(Float32Array.of(1));
  });

  it('decays weights, not biases, and carries the velocity', async () => {
    const program = await programOf(unit, [1], [0], { momentum: 0.5, weightDecay: 0.25 });
    program.attach('train', pixels(0), identity);
    const request = { order: Uint32Array.of(0, 0), batchSize: 1, rates: Float32Array.of(1, 0), moment };
    await program.train('train', request);
    // Step 1: dW = 0, vW = 0.25; db = -1, vb = -1. Step 2 at rate 0: b = 1 so db = 0, vb = -0.5; vW = 0.125 + 0.25 * 0.75
    const { parameters, optimizer } = await program.state();
    expect(parameters.get('D.weight')).toEqual(Float32Array.of(0.75));
    expect(parameters.get('D.bias')).toEqual(Float32Array.of(1));
    expect(optimizer.get('D.weight.velocity')).toEqual(Float32Array.of(0.3125));
    expect(optimizer.get('D.bias.velocity')).toEqual(Float32Array.of(-0.5));
  });

  it('continues bit for bit from a saved state', async () => {
    const request = {
      order: Uint32Array.of(0, 1, 1, 0),
      batchSize: 1,
      rates: new Float32Array(4).fill(0.013),
      moment,
    };
    const half = { ...request, order: request.order.subarray(0, 2) };
    const rest = { ...request, order: request.order.subarray(2) };
    const whole = await programOf(unit, [0.3], [0.1], { momentum: 0.9 });
    whole.attach('train', pixels(1, 3), identity);
    await whole.train('train', request);
    const first = await programOf(unit, [0.3], [0.1], { momentum: 0.9 });
    first.attach('train', pixels(1, 3), identity);
    await first.train('train', half);
    const resumed = await programOf(unit, [9], [9], { momentum: 0.9 });
    resumed.setState(await first.state());
    resumed.attach('train', pixels(1, 3), identity);
    await resumed.train('train', rest);
    expect(await resumed.state()).toEqual(await whole.state());
  });

  it('names step and layer of the first number that is not finite, and updates nothing from there on', async () => {
    const deep = planOf(
      [1, 1, 1],
      [
        { id: 'A', type: 'dense', units: 1 },
        { id: 'D', type: 'dense', units: 1 },
      ],
    );
    const program = await programOf(deep, [Number.POSITIVE_INFINITY]);
    program.attach('train', pixels(1, 1), identity);
    const before = await program.state();
    const request = { order: all(2), batchSize: 1, rates: Float32Array.of(0.1, 0.1), moment };
    const report = await program.train('train', request);
    expect(report.nonFinite).toEqual({ step: 0, layer: 'D' });
    expect(report.steps).toBe(0);
    expect(await program.state()).toEqual(before);
  });

  it('centres an image in a larger input, with background normalised like the rest', async () => {
    const plan = planOf([1, 3, 3], [{ id: 'F', type: 'flatten' }], true);
    const program = await programOf(plan, []);
    const transform = {
      ...identity,
      scale: Float32Array.of(2),
      shift: Float32Array.of(-1),
      padTop: 1,
      padLeft: 2,
    };
    program.attach('test', pixels(5), transform);
    const { lossSum } = await program.evaluate('test', all(1));
    // Eight pixels of background -1 and one of 9; label 0 is the first pixel, where t = 1
    expect(lossSum).toBe(0.5 * (4 + 7 + 81));
  });
});

describe('evaluating on the reference backend', () => {
  it('counts right answers and keeps predictions in the order asked for', async () => {
    const plan = planOf([1, 1, 1], [{ id: 'D', type: 'dense', units: 2 }]);
    const program = await programOf(plan, [1, -1], [-2, 2]);
    const source = { ...pixels(0, 5, 1, 9), labels: Int32Array.of(1, 0, 0, 0), classes: 2 };
    program.attach('test', source, identity);
    const report = await program.evaluate('test', Uint32Array.of(3, 2, 1, 0, 1));
    expect([...report.predictions]).toEqual([0, 1, 0, 1, 0]);
    expect(report).toMatchObject({ samples: 5, correct: 4 });
  });

  it('refuses a split that is not attached', async () => {
    const program = await programOf(unit, [1]);
    await expect(program.evaluate('test', all(1))).rejects.toThrow('no data is attached as test');
  });
});

describe('probing on the reference backend', () => {
  it('takes any number of samples, and needs a plan that keeps its values', async () => {
    const kept = await programOf(planOf([1, 1, 1], [{ id: 'D', type: 'dense', units: 1 }], true), [2]);
    const batch = { x: Float32Array.of(1, 2, 3, 4, 5), count: 5, y: new Float32Array(5) };
    const { loss, outputs, gradients } = await kept.probe(batch);
    expect(loss).toBe((0.5 * (4 + 16 + 36 + 64 + 100)) / 5);
    expect([...(outputs.get('D.out')?.data ?? [])]).toEqual([2, 4, 6, 8, 10]);
    expect(outputs.get('D.out')?.shape).toEqual([5, 1]);
    expect([...(gradients.get('D.weight')?.data ?? [])]).toEqual([(2 + 8 + 18 + 32 + 50) / 5]);
    const shared = await programOf(unit, [2]);
    await expect(shared.probe(batch)).rejects.toThrow('retain');
  });

  it('refuses parameters of another size', async () => {
    await expect(programOf(unit, [1, 2])).rejects.toThrow('D.weight has 2 elements, the plan wants 1');
  });
});
