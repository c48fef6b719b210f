import { z } from 'zod';
import { ConvolabError, type Issue } from './errors.ts';
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

/**
 * One error for all the faults of a specification.
 * @param what names it, e.g. `The experiment`
 */
export function specError(what: string, issues: readonly Issue[], subject?: string): ConvolabError {
  const [first] = issues;
  const unknown = issues.every(({ message }) => message.startsWith('unknown key'));
  const where = first?.path ? `${first.path}: ` : '';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new ConvolabError(
    unknown ? 'spec.unknown-key' : 'spec.invalid',
    `${what} cannot be used: ${where}${first?.message}${more}.`,
    { subject: subject ?? first?.path, hint: 'Correct what is listed and try again.', issues: [...issues] },
  );
}

function describe(fault: Fault, schema: z.ZodType, input: unknown, at: readonly PropertyKey[]): Issue[] {
  const path = [...at, ...fault.path];
  if (fault.code === 'unrecognized_keys') {
    const known = keysAt(schema, fault.path, input);
    return fault.keys.map((key) => ({
      path: formatPath([...path, key]),
      message: `unknown key "${key}"${suggestion(key, known)}${list(known)}`,
    }));
  }
  if (fault.code === 'invalid_union' && fault.errors.length === 0) {
    const types = typesAt(schemaAt(schema, fault.path.slice(0, -1), input));
    return [{ path: formatPath(path), message: notAType(types, valueAt(input, fault.path)) }];
  }
  if (fault.code === 'invalid_union' && fault.errors.length > 0) {
    const types = typesOffered(fault.errors);
    if (types !== null)
      return [
        {
          path: formatPath([...path, 'type']),
          message: notAType(types, valueAt(input, [...fault.path, 'type'])),
        },
      ];
    const errors: Fault[][] = fault.errors;
    const option = closest(errors);
    const inner = unionOption(schemaAt(schema, fault.path, input), errors.indexOf(option));
    const value = valueAt(input, fault.path);
    return option.flatMap((part) => describe(part, inner ?? schema, value, path));
  }
  if (fault.code === 'invalid_type' && valueAt(input, fault.path) === undefined) {
    return [{ path: formatPath(path), message: `is missing (${kind(fault.expected)})` }];
  }
  return [{ path: formatPath(path), message: message(fault, valueAt(input, fault.path)) }];
}

/** The types to choose from, where an input's `type` is none of them; `null` where it is one, or types do not matter. */
function typesOffered(errors: Fault[][]): string[] | null {
  const types: string[] = [];
  for (const faults of errors) {
    const fault = faults.find(({ path }) => path.length === 1 && path[0] === 'type');
    if (fault?.code !== 'invalid_value') return null;
    types.push(...fault.values.map(String));
  }
  return types;
}

function notAType(types: readonly string[], given: unknown): string {
  if (given === undefined) return `is missing (${types.join(' or ')})`;
  const meant = typeof given === 'string' ? suggestion(given, types) : '';
  return `must be ${types.join(' or ')}, not ${show(given)}${meant}`;
}

/** Of a union's alternatives, the one that was probably meant: the one with the fewest faults in its keys. */
function closest(errors: Fault[][]): Fault[] {
  const weight = (faults: Fault[]) =>
    faults.reduce((sum, fault) => {
      if (fault.code === 'unrecognized_keys') return sum + 2 * fault.keys.length;
      if (fault.code === 'invalid_value' && fault.path[0] === 'type') return sum + 100;
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

const unitsOf: Readonly<Record<string, readonly [one: string, many: string]>> = {
  array: [' entry', ' entries'],
  set: [' entry', ' entries'],
  string: [' character', ' characters'],
};

function bound(origin: string, relation: string, limit: number | bigint): string {
  const [one, many] = unitsOf[origin] ?? ['', ''];
  const unit = Number(limit) === 1 ? one : many;
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

/** Values of the `type` that each alternative of a union demands. */
function typesAt(schema: z.ZodType | undefined): string[] {
  if (!(schema instanceof z.ZodUnion)) return [];
  return schema.options.flatMap((option) => typesOf(option as z.ZodType));
}

function typesOf(option: z.ZodType): string[] {
  const type = option instanceof z.ZodObject ? option.shape.type : undefined;
  return type instanceof z.ZodLiteral ? [...type.values].map(String) : [];
}

/** Of a union, the alternative whose type the input names. */
function alternative(schema: z.ZodType | undefined, input: unknown): z.ZodType | undefined {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const type = String(valueAt(input, ['type']));
  return inner.options.map((option) => option as z.ZodType).find((option) => typesOf(option).includes(type));
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): z.ZodType | undefined {
  let outer = unwrap(schema);
  for (const [depth, key] of path.entries()) {
    const inner = alternative(outer, valueAt(input, path.slice(0, depth)));
    if (inner instanceof z.ZodObject) outer = unwrap(inner.shape[String(key)] as z.ZodType | undefined);
    else if (inner instanceof z.ZodArray) outer = unwrap(inner.element as z.ZodType);
    else if (inner instanceof z.ZodRecord) outer = unwrap(inner.valueType as z.ZodType);
    else return undefined;
  }
  return outer;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const found = alternative(schemaAt(schema, path, input), valueAt(input, path));
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}
