import { z } from 'zod';
import type { FieldDescriptor } from './catalog.ts';

/**
 * Schemas that describe their own form: each field is made with its label, default, unit and help, and a catalogue
 * entry is read off the schema (`describeFields`), so that what is checked and what is shown cannot differ.
 */
const descriptors = z.registry<Omit<FieldDescriptor, 'key'>>();

interface About<T> {
  readonly label: string;
  readonly help: string;
  readonly unit?: string;
  /** Without one the user must say. */
  readonly default?: T;
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Gives any schema a place in the form; for those that the other functions do not make.
 * `about.default` fills in what is left out.
 */
export function field<T>(
  schema: z.ZodType<T>,
  about: About<T> & Bounds & Pick<FieldDescriptor, 'kind' | 'choices'>,
): z.ZodType<T> {
  const whole = about.default === undefined ? schema : schema.default(about.default as z.util.NoUndefined<T>);
  descriptors.add(whole, about);
  return whole;
}

export function integer(about: About<number> & Bounds): z.ZodType<number> {
  return field(bounded(z.int(), about), { ...about, kind: 'integer' });
}

export function number(about: About<number> & Bounds): z.ZodType<number> {
  return field(bounded(z.number(), about), { ...about, kind: 'number' });
}

function bounded(schema: z.ZodNumber, { minimum, maximum }: Bounds): z.ZodNumber {
  const above = minimum === undefined ? schema : schema.min(minimum);
  return maximum === undefined ? above : above.max(maximum);
}

export function boolean(about: About<boolean>): z.ZodType<boolean> {
  return field(z.boolean(), { ...about, kind: 'boolean' });
}

/** `choices` maps each value to its label. */
export function choice<T extends string>(
  choices: Readonly<Record<T, string>>,
  about: About<NoInfer<T>>,
): z.ZodType<T> {
  const values = Object.keys(choices) as T[];
  const labelled = values.map((value) => ({ value, label: choices[value] }));
  return field(z.enum(values) as unknown as z.ZodType<T>, { ...about, kind: 'choice', choices: labelled });
}

/** The form of an object schema: its described fields, in order. */
export function describeFields(schema: z.ZodObject): FieldDescriptor[] {
  return Object.entries(schema.shape).flatMap(([key, inner]) => {
    const descriptor = descriptors.get(inner as z.ZodType);
    return descriptor ? [{ key, ...descriptor }] : [];
  });
}
