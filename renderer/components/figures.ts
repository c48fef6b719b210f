import type { Measured, PresetDescriptor } from '../../core/contract/catalog.ts';

/** Mean and sample deviation of what was measured; the deviation is null below two seeds, the mean without any. */
export function summarise({ test }: Measured): { mean: number | null; deviation: number | null } {
  if (test.length === 0) return { mean: null, deviation: null };
  const mean = test.reduce((sum, value) => sum + value, 0) / test.length;
  if (test.length === 1) return { mean, deviation: null };
  const squares = test.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (test.length - 1)) };
}

type Setup = { dataset?: { name?: unknown; source?: unknown }; model?: { preset?: unknown } } | null;

/** The preset that a run's resolved configuration builds; null for a network of one's own. */
export function presetOf(config: unknown, presets: readonly PresetDescriptor[]): PresetDescriptor | null {
  const name = (config as Setup)?.model?.preset;
  return presets.find((preset) => preset.name === name) ?? null;
}

/** Whether a run is trained on other data than the preset's published figure is about. */
export function isElsewhere(config: unknown, preset: PresetDescriptor): boolean {
  const { dataset } = (config ?? {}) as NonNullable<Setup>;
  const usual = (preset.experiment as Setup)?.dataset?.name;
  const other = preset.published?.otherData === true;
  return other || dataset?.source !== undefined || dataset?.name !== usual;
}
