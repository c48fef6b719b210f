import { z } from 'zod';
import type { Issue } from '../contract/errors.ts';
import { findIssues, specError } from '../contract/issues.ts';
import { suggestion } from '../contract/nearest.ts';
import { layers } from '../layers/index.ts';
import type { LayerSpec } from '../layers/layer.ts';
import { losses } from '../train/losses.ts';

/** A model file as read: every layer and the loss by its own schema, defaults filled in. */
export interface ModelSpec {
  readonly version: 1;
  readonly name: string;
  /** [channels, height, width] */
  readonly input: readonly [number, number, number];
  readonly layers: readonly LayerSpec[];
  readonly loss: LossSpec;
}

export interface LossSpec {
  readonly type: string;
  /** The loss's own fields. */
  readonly [option: string]: unknown;
}

const extent = z.int().positive();

/** The file around the layers and the loss, which are read by the schema that their `type` names. */
const envelope = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1),
  input: z.tuple([extent, extent, extent]),
  layers: z.array(z.unknown()).min(1),
  loss: z.unknown(),
});

/** Anything that names its own schema. */
interface Variant {
  readonly schema: z.ZodObject;
}

/**
 * Reads a model specification, already parsed from YAML or JSON.
 * @throws `spec.invalid`, or `spec.unknown-key` where nothing else is wrong, with every fault found
 */
export function parseModel(input: unknown): ModelSpec {
  const issues = modelIssues(input);
  if (issues.length > 0) throw specError('The model', issues);
  const { version, name, input: shape, layers: raw, loss } = envelope.parse(input);
  return {
    version,
    name,
    input: shape,
    layers: raw.map((layer) => read<LayerSpec>(layers, layer)),
    loss: read<LossSpec>(losses, loss),
  };
}

/** Every fault of a model specification taken by itself; empty when none. Structure and shapes are the graph's. */
function modelIssues(input: unknown): Issue[] {
  const outer = findIssues(envelope, input);
  if (typeof input !== 'object' || input === null) return outer;
  const { layers: raw, loss } = input as Record<string, unknown>;
  const inner = Array.isArray(raw)
    ? raw.flatMap((layer, i) => variantIssues('layer', layers, layer, ['layers', i]))
    : [];
  return [...outer, ...inner, ...variantIssues('loss', losses, loss, ['loss'])];
}

function variantIssues(
  what: string,
  registry: ReadonlyMap<string, Variant>,
  raw: unknown,
  at: readonly PropertyKey[],
): Issue[] {
  const untyped = findIssues(z.looseObject({ type: z.string() }), raw, at);
  if (untyped.length > 0) return untyped;
  const { type } = raw as { type: string };
  const variant = registry.get(type);
  if (variant) return findIssues(variant.schema, raw, at);
  const known = [...registry.keys()];
  return [
    {
      path: [...at, 'type'].join('.'),
      message: `unknown ${what} type "${type}"${suggestion(type, known)}; known: ${known.join(', ')}`,
    },
  ];
}

/** A part that `modelIssues` has found nothing wrong with. */
function read<T>(registry: ReadonlyMap<string, Variant>, raw: unknown): T {
  const { type } = raw as { type: string };
  return registry.get(type)?.schema.parse(raw) as T;
}
