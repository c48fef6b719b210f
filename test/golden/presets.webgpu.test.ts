import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presets } from '../../core/models/index.ts';
import { goldenSteps, presetLosses } from '../support/preset-losses.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const file = new URL('preset-losses.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;
const missing = webgpuMissing();

/** Sums are taken in other orders, and every step builds on the one before. */
const tolerance = 1e-3;
/** Where the GPU is software, large networks take two of their steps: forward, backward, and what the update made of them. */
const large = new Set(['alexnet', 'mcdnn-cifar', 'stl-12-24-16', 'caltech-12-24-20-16', 'four-layer-cifar']);
const patience = 600_000;

describe.skipIf(missing)(`losses of a preset on WebGPU${missing ? `: ${missing}` : ''}`, () => {
  it.each(presets.map((preset) => [preset.name, preset] as const))(
    '%s',
    async (name, preset) => {
      const steps = large.has(name) ? 2 : goldenSteps;
      const losses = await presetLosses(testBackend(await openTestGpu()), preset, steps);
      const wanted = golden[name] ?? [];
      expect(losses).toHaveLength(steps);
      losses.forEach((loss, i) => {
        expect(Math.abs(loss - (wanted[i] as number))).toBeLessThanOrEqual(tolerance * (wanted[i] as number));
      });
    },
    patience,
  );
});
