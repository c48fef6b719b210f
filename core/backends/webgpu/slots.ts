import type { Plan } from '../../graph/plan.ts';
import { elements } from '../../kernels/shape.ts';
import type { Operation } from './lower.ts';

/** Which buffer each value of a plan lies in, and how large each buffer is in elements per image. */
export interface Slots {
  readonly of: ReadonlyMap<number, number>;
  readonly sizes: readonly number[];
}

/** Shaders between which a value is needed, inclusive. */
interface Lifetime {
  first: number;
  last: number;
}

/**
 * Gives every value a buffer. Values that are not needed at the same time share one, unless the plan keeps all of them.
 * A buffer of its own for each, in the place of the plan's one arena: inputs can then be bound for reading alone, and
 * no single buffer grows beyond what a device allows. A value and its views are one.
 */
export function assignSlots(plan: Plan, operations: readonly Operation[]): Slots {
  const lives = lifetimes(plan, operations);
  const sizes: number[] = [];
  const busyUntil: number[] = [];
  const of = new Map<number, number>();
  const roots = [...lives.keys()].sort((a, b) => (lives.get(a)?.first ?? 0) - (lives.get(b)?.first ?? 0));
  for (const root of roots) {
    const { first, last } = lives.get(root) as Lifetime;
    const size = elements(plan.values[root]?.shape ?? []);
    const free = busyUntil.flatMap((until, slot) => (until < first ? [slot] : []));
    const slot = bestFit(free, sizes, size) ?? sizes.length;
    sizes[slot] = Math.max(size, sizes[slot] ?? 0);
    busyUntil[slot] = plan.retained ? Number.POSITIVE_INFINITY : last;
    of.set(root, slot);
  }
  for (const { id } of plan.values) {
    const slot = of.get(rootOf(plan, id));
    if (slot !== undefined) of.set(id, slot);
  }
  return { of, sizes };
}

/** The value that a view is a view of; a value that is none is its own. */
export function rootOf(plan: Plan, value: number): number {
  const viewOf = plan.values[value]?.viewOf;
  return viewOf === undefined ? value : rootOf(plan, viewOf);
}

/** The smallest free buffer that is large enough, else the largest, which is then made larger. */
function bestFit(free: readonly number[], sizes: readonly number[], size: number): number | undefined {
  const extent = (slot: number) => sizes[slot] ?? 0;
  const fitting = free.filter((slot) => extent(slot) >= size).sort((a, b) => extent(a) - extent(b));
  return fitting[0] ?? free.toSorted((a, b) => extent(b) - extent(a))[0];
}

function lifetimes(plan: Plan, operations: readonly Operation[]): Map<number, Lifetime> {
  const lives = new Map<number, Lifetime>([[plan.inputValue, { first: -1, last: -1 }]]);
  const places = operations.map(({ shaders }) =>
    shaders.flatMap(({ bindings }) =>
      bindings.flatMap(({ place }) => ('value' in place ? [rootOf(plan, place.value)] : [])),
    ),
  );
  places.forEach((values, time) => {
    for (const value of values) {
      const life = lives.get(value) ?? { first: time, last: time };
      life.last = time;
      lives.set(value, life);
    }
  });
  // The logits can be read after the step.
  const output = lives.get(rootOf(plan, plan.outputValue));
  if (output) output.last = operations.length;
  return lives;
}
