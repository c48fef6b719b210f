import { z } from 'zod';
import type { Issue } from './errors.ts';
import { suggestion } from './nearest.ts';

type Fault = z.core.$ZodIssue;

/** `train.optimizer.lr`, `dataset.preprocess.0.type`; empty for the whole. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

/** Every fault that a schema finds in an input, in words, unknown keys with the nearest known one; empty when none. */
export function findIssues(schema: z.ZodType, input: unknown, at: readonly PropertyKey[] = []): Issue[] {
  const parsed = schema.safeParse(input);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((fault) => describe(fault, schema, input, at));
}

function describe(fault: Fault, schema: z.ZodType, input: unknown, at: readonly PropertyKey[]): Issue[] {
  const path = [...at, ...fault.path];
  if (fault.code === 'unrecognized_keys') {
    const known = keysAt(schema, fault.path);
    return fault.keys.map((key) => ({
      path: formatPath([...path, key]),
      message: `unknown key "${key}"${suggestion(key, known)}${list(known)}`,
    }));
  }
  if (fault.code === 'invalid_union' && fault.errors.length > 0) {
    const option = closest(fault.errors);
    const inner = unionOption(schemaAt(schema, fault.path), fault.errors.indexOf(option));
    const value = valueAt(input, fault.path);
    return option.flatMap((part) => describe(part, inner ?? schema, value, path));
  }
  if (fault.code === 'invalid_type' && valueAt(input, fault.path) === undefined) {
    return [{ path: formatPath(path), message: `is missing (${kind(fault.expected)})` }];
  }
  return [{ path: formatPath(path), message: message(fault, valueAt(input, fault.path)) }];
}

/** Of a union's alternatives, the one that was probably meant: the one with the fewest faults in its keys. */
function closest(errors: Fault[][]): Fault[] {
  const weight = (faults: Fault[]) =>
    faults.reduce((sum, fault) => {
      if (fault.code === 'unrecognized_keys') return sum + 2 * fault.keys.length;
      return sum + (fault.path.length <= 1 && fault.code === 'invalid_type' ? 2 : 1);
    }, 0);
  return errors.reduce((best, faults) => (weight(faults) < weight(best) ? faults : best));
}

function message(fault: Fault, value: unknown): string {
  switch (fault.code) {
    case 'invalid_type':
      return `must be ${kind(fault.expected)}, not ${show(value)}`;
    case 'invalid_value': {
      const choices = fault.values.map(String);
      const meant = typeof value === 'string' ? suggestion(value, choices) : '';
      return `must be ${choices.join(' or ')}, not ${show(value)}${meant}`;
    }
    case 'too_small':
      return `must be ${bound(fault.origin, fault.inclusive ? 'at least' : 'more than', fault.minimum)}, not ${show(value)}`;
    case 'too_big':
      return `must be ${bound(fault.origin, fault.inclusive ? 'at most' : 'less than', fault.maximum)}, not ${show(value)}`;
    default:
      return fault.message;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const unit = { array: ' entries', set: ' entries', string: ' characters' }[origin] ?? '';
  return `${unit === '' ? '' : 'of '}${relation} ${limit}${unit}`;
}

function kind(expected: string): string {
  const names: Record<string, string> = {
    int: 'a whole number',
    number: 'a number',
    string: 'a text',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping of keys to values',
    record: 'a mapping of keys to values',
  };
  return names[expected] ?? expected;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function list(known: readonly string[]): string {
  return known.length === 0 ? '' : `; known keys: ${known.join(', ')}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodPrefault
  ) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

function unionOption(schema: z.ZodType | undefined, index: number): z.ZodType | undefined {
  return schema instanceof z.ZodUnion ? (schema.options[index] as z.ZodType | undefined) : undefined;
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let inner = unwrap(schema);
  for (const key of path) {
    if (inner instanceof z.ZodObject) inner = unwrap(inner.shape[String(key)] as z.ZodType | undefined);
    else if (inner instanceof z.ZodArray) inner = unwrap(inner.element as z.ZodType);
    else if (inner instanceof z.ZodRecord) inner = unwrap(inner.valueType as z.ZodType);
    else return undefined;
  }
  return inner;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}
