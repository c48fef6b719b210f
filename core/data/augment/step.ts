import type { z } from 'zod';
import type { SampleSource } from '../../backends/backend.ts';
import type { FieldDescriptor } from '../../contract/catalog.ts';
import { describeFields } from '../../contract/fields.ts';
import type { AugmentRandom } from './random.ts';
import type { Geometry, View } from './view.ts';

/** Plain numbers, all that a device is told about a step; a flag is 0 or 1. */
export type Numbers = Readonly<Record<string, number>>;

/** What a step may learn from: the training samples only. */
export interface AugmentContext {
  readonly source: SampleSource;
  readonly trainingIndices: Uint32Array;
}

/**
 * The order in which steps may stand: those that say where a pixel comes from, then those that change colours, then
 * those that blank parts out. So an image is read once, at one place for each pixel, whatever the list.
 */
export const stages = ['place', 'distortion', 'colour', 'blank'] as const;
export type Stage = (typeof stages)[number];

/** One kind of augmentation: one file that exports this, one line in the registry, one function in the native backend. */
export interface AugmentStep {
  readonly type: string;
  readonly label: string;
  readonly help: string;
  readonly stage: Stage;
  readonly schema: z.ZodType<{ type: string }>;
  readonly fields: readonly FieldDescriptor[];
  /** Numbers of channels that it can work on; any where left out. */
  readonly channels?: readonly number[];
  /** The spec with what had to be learnt from the training set. */
  resolve(spec: { type: string }, context: AugmentContext): Numbers;
  /** Draws for one sample, and changes the view. The native backend draws the same numbers in the same order. */
  draw(numbers: Numbers, random: AugmentRandom, view: View, geometry: Geometry): void;
}

/** What a file says of its step. */
interface Definition<S extends z.ZodObject> {
  readonly type: string;
  readonly label: string;
  readonly help: string;
  readonly stage: Stage;
  readonly schema: S;
  readonly channels?: readonly number[];
  /** What is learnt from the training set; nothing by default. */
  learn?(spec: z.output<S>, context: AugmentContext): Numbers;
  draw: AugmentStep['draw'];
}

export function defineAugmentation<S extends z.ZodObject>(definition: Definition<S>): AugmentStep {
  const { type, label, help, stage, schema, channels, learn, draw } = definition;
  return {
    type,
    label,
    help,
    stage,
    schema: schema as unknown as z.ZodType<{ type: string }>,
    fields: describeFields(schema),
    ...(channels && { channels }),
    resolve: (spec, context) => ({ ...numbersOf(spec), ...learn?.(spec as z.output<S>, context) }),
    draw,
  };
}

function numbersOf(spec: Readonly<Record<string, unknown>>): Numbers {
  return Object.fromEntries(
    Object.entries(spec).flatMap(([name, value]) => (name === 'type' ? [] : [[name, Number(value)]])),
  );
}
