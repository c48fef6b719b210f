import { describe, expect, test } from 'vitest';
import { createNativeBackend } from '../../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import { epochOrder } from '../../../core/data/order.ts';
import { start } from '../../../core/train/position.ts';
import { distributionOf } from '../../../core/train/snapshots/distribution.ts';
import { healthProbed } from '../../support/health.ts';
import { expectSameHealth } from '../../support/same-health.ts';

describe('a distribution', () => {
  test('counts what is finite in equal bins, the greatest in the last', () => {
    const numbers = Float32Array.from([0, 1, 2, 3, 4, Number.NaN, Number.POSITIVE_INFINITY]);
    const found = distributionOf(numbers, { bins: { from: 0, to: 4, count: 4 } });
    expect(found).toMatchObject({ count: 5, nonFinite: 2, minimum: 0, maximum: 4, mean: 2 });
    expect(found.counts).toEqual([1, 1, 1, 2]);
    expect(found.deviation).toBeCloseTo(Math.SQRT2, 12);
    expect(found.norm).toBeCloseTo(Math.sqrt(30), 12);
  });

  test('leaves out what a mask does, and has bins of its own from the least to the greatest', () => {
    const found = distributionOf(Float32Array.from([-3, 100, 5, 1]), { mask: Uint8Array.of(1, 0, 1, 1) });
    expect(found).toMatchObject({ count: 3, from: -3, to: 5, minimum: -3, maximum: 5, mean: 1 });
    expect(found.counts.reduce((sum, count) => sum + count)).toBe(3);
    expect([found.counts[0], found.counts.at(-1)]).toEqual([1, 1]);
  });

  test('of one number many times over, or of none, is a distribution too', () => {
    expect(distributionOf(new Float32Array(9).fill(0.5)).counts[0]).toBe(9);
    expect(distributionOf(Float32Array.of(Number.NaN))).toMatchObject({ count: 0, nonFinite: 1, counts: [] });
  });
});

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

async function oneStep(
  { session }: Awaited<ReturnType<typeof healthProbed>>,
  rate: number,
  step: number,
): Promise<void> {
  await session.program.train('train', {
    order: epochOrder(session.splits.train.indices, 1, 0),
    batchSize: 5,
    rates: Float32Array.of(rate),
    moment: { seed: 1, step },
  });
}

describe('the health of a network', () => {
  test.each([
    ['descent with momentum', { optimizer: { type: 'sgd', lr: 0.02, momentum: 0.9, weightDecay: 0.01 } }],
    ['Adam', { optimizer: { type: 'adam', lr: 0.002 } }],
    [
      'gradients clipped by norm',
      { optimizer: { type: 'sgd', lr: 0.1 }, clip: { type: 'norm', bound: 0.01 } },
    ],
    [
      'gradients clipped by value',
      { optimizer: { type: 'sgd', lr: 0.1 }, clip: { type: 'value', bound: 0.001 } },
    ],
  ])('tells how far a step with %s would go: as far as that step goes', async (_, train) => {
    using opened = await healthProbed(train, createReferenceBackend());
    const { session, probe } = opened;
    const { lr } = session.config.train.optimizer;
    for (const step of [0, 1]) await oneStep(opened, lr, step);
    const before = await session.program.state();
    const { parameters, rate } = await probe.look(before, { ...start, epoch: 1, step: 2 });
    expect(rate).toBe(lr);
    await oneStep(opened, lr, 2);
    const after = await session.program.state();
    expect(parameters.map(({ parameter }) => parameter)).toContain('C3.weight');
    for (const { parameter, updateRatio, weights } of parameters) {
      const old = before.parameters.get(parameter) as Float32Array;
      const changed = old.map((value, i) => (after.parameters.get(parameter)?.[i] as number) - value);
      expect(updateRatio).not.toBeNull();
      expect(updateRatio as number).toBeCloseTo(norm(changed) / norm(old), 5);
      expect(weights.norm).toBeCloseTo(norm(old), 6);
    }
  });

  test('names the units that are above 0 for no image', async () => {
    using opened = await healthProbed({}, createReferenceBackend());
    const { session, probe } = opened;
    const state = await session.program.state();
    (state.parameters.get('C3.bias') as Float32Array).set([-1e6], 5);
    (state.parameters.get('F6.bias') as Float32Array).fill(-1e6);
    const { layers, probeImages } = await probe.look(state, { ...start, epoch: 1 });
    expect(probeImages).toBe(5);
    const dead = (id: string) => layers.find(({ layer }) => layer === id)?.dead;
    expect(dead('C3')).toContain(5);
    expect(dead('C3')?.length).toBeLessThan(16);
    expect(dead('F6')).toHaveLength(84);
    expect(dead('OUT')).toBeNull();
  });

  test('counts sigmoids between their ends, whatever the threshold', async () => {
    using opened = await healthProbed({}, createReferenceBackend(), 'sigmoid');
    const { session, probe } = opened;
    const state = await session.program.state();
    (state.parameters.get('F6.bias') as Float32Array).fill(1e3);
    const { layers } = await probe.look(state, { ...start, epoch: 1 });
    const of = (id: string) => layers.find(({ layer }) => layer === id);
    expect(of('F6')).toMatchObject({ activation: 'sigmoid', saturates: true, dead: null });
    expect(of('F6')?.outputs).toMatchObject({ from: 0, to: 1, minimum: 1, maximum: 1, count: 5 * 84 });
    expect(of('F6')?.outputs.counts.at(-1)).toBe(5 * 84);
    expect(of('C5')?.outputs.counts).toHaveLength(200);
    expect(of('OUT')?.saturates).toBe(false);
  });

  test('leaves absent connections out', async () => {
    using opened = await healthProbed({}, createReferenceBackend());
    const { session, probe } = opened;
    const { parameters } = await probe.look(await session.program.state(), { ...start, epoch: 1 });
    // The table of C3 has 60 of 96 connections, 25 weights each.
    expect(parameters.find(({ parameter }) => parameter === 'C3.weight')?.weights.count).toBe(60 * 25);
  });

  test('is the same on the processor and on the reference', async () => {
    await expectSameHealth(createNativeBackend());
  });
});
