import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { presets } from '../../core/models/index.ts';
import { presetLosses } from '../support/preset-losses.ts';
import { openTestGpu, testBackend, webgpuMissing } from '../support/webgpu.ts';

const file = new URL('preset-losses.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;
const missing = webgpuMissing();

/** Sums are taken in other orders, and every step builds on the one before. */
const tolerance = 1e-3;
/** Milliseconds for the ten steps of a large network on a software GPU. */
const patience = 600_000;

describe.skipIf(missing)(`losses of a preset on WebGPU${missing ? `: ${missing}` : ''}`, async () => {
  if (missing) return;
  const gpu = await openTestGpu();
  afterAll(() => gpu.close());

  it.each(presets.map((preset) => [preset.name, preset] as const))(
    '%s',
    async (name, preset) => {
      const losses = await presetLosses(testBackend(gpu), preset);
      const wanted = golden[name] ?? [];
      expect(losses).toHaveLength(wanted.length);
      losses.forEach((loss, i) => {
        expect(Math.abs(loss - (wanted[i] as number))).toBeLessThanOrEqual(tolerance * (wanted[i] as number));
      });
    },
    patience,
  );
});
