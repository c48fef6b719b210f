import { suggestion } from '../nearest.ts';
import { type RunStatus, runStatus } from '../runs.ts';
import type { Comparison } from './parse.ts';
import { FilterError } from './tokens.ts';

/** What a key may be compared with. */
export type ValueKind = 'number' | 'moment' | 'status' | 'text';

/** A year, a month, a day, or a moment of one; ISO 8601, as far as it is known. */
const moment = /^\d{4}(-\d\d(-\d\d(t\d\d.*)?)?)?$/i;

/**
 * A value that no run could ever have there, which would pick nothing and say nothing. A number in quotes is as good as a number where it
 * need only be the same.
 * @throws FilterError at the value
 */
export function checkValue({ key, operator, value }: Comparison, kind: ValueKind, text: string): void {
  const equality = operator === '=' || operator === '!=';
  if ((equality && value.none) || operator === '~' || operator === '!~') return;
  const refuse = (message: string, hint: string) => {
    throw new FilterError(message, text, value.token.from, value.token.to, hint);
  };
  if (kind === 'number' && value.number === null && !(equality && value.token.kind === 'quoted')) {
    refuse(`"${key.text}" is a number, and "${value.text}" is not.`, 'Such as: 0.99, 1e-3 or 99%');
  }
  if (kind === 'moment' && !equality && !moment.test(value.text)) {
    refuse(`"${key.text}" is a date, and "${value.text}" is not.`, 'Such as: 2026-01-31');
  }
  const states: readonly string[] = runStatus.options satisfies readonly RunStatus[];
  const state = value.text.toLowerCase();
  if (kind === 'status' && equality && !states.includes(state)) {
    refuse(`No run is ever "${value.text}"${suggestion(state, states)}.`, `States: ${states.join(', ')}`);
  }
}
