import type { RunSummary } from '../runs.ts';
import { type Settings, valuesOf } from './keys.ts';
import type { Comparison, Filter, FilterValue } from './parse.ts';

/**
 * Whether a run is what a filter asks for. Texts are compared without regard to capitals; a key that stands for several values (tags, a
 * short name of several settings) fits where one of them does. What a run does not have fits `= none` and every denial, and
 * nothing else.
 */
export function matches(filter: Filter, run: RunSummary, settings: Settings): boolean {
  switch (filter.kind) {
    case 'all':
      return true;
    case 'and':
      return filter.parts.every((part) => matches(part, run, settings));
    case 'or':
      return filter.parts.some((part) => matches(part, run, settings));
    case 'not':
      return !matches(filter.part, run, settings);
    case 'text':
      return textOf(run).includes(filter.text.toLowerCase());
    case 'comparison':
      return compare(filter, valuesOf(filter.key.text, run, settings));
  }
}

/** What a plain word is looked for in. */
function textOf(run: RunSummary): string {
  const { name, experimentName, status, tags, notes, choices } = run;
  return [name, experimentName, status, ...tags, notes, ...Object.values(choices)].join('\n').toLowerCase();
}

function compare({ operator, value }: Comparison, values: readonly unknown[]): boolean {
  switch (operator) {
    case '=':
      return value.none ? values.length === 0 : values.some((each) => equals(each, value));
    case '!=':
      return value.none ? values.length > 0 : !values.some((each) => equals(each, value));
    case '~':
      return values.some((each) => contains(each, value));
    case '!~':
      return !values.some((each) => contains(each, value));
    default:
      return values.some((each) => inOrder(order(each, value), operator));
  }
}

function equals(actual: unknown, wanted: FilterValue): boolean {
  if (typeof actual === 'number' && wanted.number !== null) return actual === wanted.number;
  return written(actual) === wanted.text.toLowerCase();
}

function contains(actual: unknown, wanted: FilterValue): boolean {
  return written(actual).includes(wanted.text.toLowerCase());
}

/** Negative where the run's value comes before the wanted one; NaN where a number stands against a text. */
function order(actual: unknown, wanted: FilterValue): number {
  if (typeof actual === 'number') return wanted.number === null ? Number.NaN : actual - wanted.number;
  const text = written(actual);
  if (text === wanted.text.toLowerCase()) return 0;
  return text < wanted.text.toLowerCase() ? -1 : 1;
}

function inOrder(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}

/** Texts as they are, all else as JSON writes it. */
function written(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase();
}
