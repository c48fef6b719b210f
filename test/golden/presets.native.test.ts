import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNativeBackend } from '../../core/backends/native/index.ts';
import { presets } from '../../core/models/index.ts';
import { presetLosses } from '../support/preset-losses.ts';

const file = new URL('preset-losses.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;

/** Paths without fused multiply-add round otherwise. */
const tolerance = 1e-5;

describe('ten losses of a preset from a fixed seed', () => {
  it('are written down for every preset', () => {
    expect(Object.keys(golden)).toEqual(presets.map(({ name }) => name));
  });

  it.each(presets.map((preset) => [preset.name, preset] as const))('%s', async (name, preset) => {
    const losses = await presetLosses(createNativeBackend(), preset);
    const wanted = golden[name] ?? [];
    losses.forEach((loss, i) => {
      expect(Math.abs(loss - (wanted[i] as number))).toBeLessThanOrEqual(tolerance * (wanted[i] as number));
    });
  });
});
