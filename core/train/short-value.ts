import { getPath } from './paths.ts';

/** A setting as it is named: `0.01`, `alexnet`, `adam`; steps as `width 10 + grey`; `none` where there is none. */
export function shortValue(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shortStep).join(' + ');
  if (typeof value !== 'object') return String(value);
  const name = ['type', 'preset', 'spec.name'].map((path) => getPath(value, path)).find(Boolean);
  return typeof name === 'string' ? name : JSON.stringify(value);
}

function shortStep(step: unknown): string {
  if (typeof step !== 'object' || step === null) return shortValue(step);
  const plain = Object.values(step).filter((value) => typeof value === 'string' || typeof value === 'number');
  return plain.length > 0 ? plain.join(' ') : shortValue(step);
}
