import { expect } from 'vitest';
import type { Backend } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { start } from '../../core/train/position.ts';
import { healthProbed } from './health.ts';

/** Expects what a backend tells of a network's layers to be what the reference tells, of every activation's kind. */
export async function expectSameHealth(backend: Backend): Promise<void> {
  for (const activation of ['relu', 'sigmoid']) {
    using reference = await healthProbed({}, createReferenceBackend(), activation);
    using probed = await healthProbed({}, backend, activation);
    const state = await reference.session.program.state();
    const at = { ...start, epoch: 1 };
    const [one, other] = [await reference.probe.look(state, at), await probed.probe.look(state, at)];
    expect(other.layers.map(({ layer, dead, saturates }) => [layer, dead, saturates])).toEqual(
      one.layers.map(({ layer, dead, saturates }) => [layer, dead, saturates]),
    );
    one.layers.forEach(({ layer, outputs }, i) => {
      const same = other.layers[i]?.outputs;
      expect(same?.count, layer).toBe(outputs.count);
      expect(same?.mean, layer).toBeCloseTo(outputs.mean, 5);
      expect(same?.norm, layer).toBeCloseTo(outputs.norm, 3);
    });
    one.parameters.forEach(({ parameter, gradient, updateRatio, weights }, i) => {
      const same = other.parameters[i];
      expect(same?.weights, parameter).toEqual(weights);
      expect(same?.gradient.norm, parameter).toBeCloseTo(gradient.norm, 5);
      expect(same?.updateRatio ?? -1, parameter).toBeCloseTo(updateRatio ?? -1, 5);
    });
  }
}
