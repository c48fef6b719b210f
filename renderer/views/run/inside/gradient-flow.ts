/** Of one run, in the order of its layers, the input first. */
export interface Reached {
  readonly layers: readonly { readonly id: string; readonly delta: number }[];
}

/** One layer's gradients, of each run by its place; null where a run has no such layer or no gradient there. */
export interface FlowRow {
  readonly layer: string;
  readonly values: readonly (number | null)[];
}

export interface Flow {
  readonly rows: readonly FlowRow[];
  /** Whole powers of ten around all that is drawn; null where everything is 0. */
  readonly from: number;
  readonly to: number;
}

/** The gradient that reaches each layer in each of several runs, on one logarithmic scale. */
export function gradientFlow(runs: readonly Reached[]): Flow {
  const ids = [...new Set(runs.flatMap(({ layers }) => layers.map(({ id }) => id)))];
  const rows = ids.map((layer) => ({
    layer,
    values: runs.map(({ layers }) => layers.find(({ id }) => id === layer)?.delta ?? null),
  }));
  const drawn = rows.flatMap(({ values }) =>
    values.filter((value) => value !== null && value > 0),
  ) as number[];
  if (drawn.length === 0) return { rows, from: -1, to: 0 };
  const from = Math.floor(Math.log10(Math.min(...drawn)));
  return { rows, from, to: Math.max(from + 1, Math.ceil(Math.log10(Math.max(...drawn)))) };
}

/** Where a value lies on the scale, 0 to 1; 0 for nothing. */
export function shareOf(value: number | null, { from, to }: Pick<Flow, 'from' | 'to'>): number {
  if (value === null || value <= 0) return 0;
  return Math.min(1, Math.max(0, (Math.log10(value) - from) / (to - from)));
}

/** How many times less reaches the first trained layer than the last: what vanishing comes to; null where it is nothing. */
export function shrinkage({ layers }: Reached): { first: string; last: string; times: number } | null {
  const inner = layers.filter(({ id }) => id !== 'input');
  const [first, last] = [inner[0], inner.at(-1)];
  if (!first || !last || first.delta === 0 || last.delta === 0) return null;
  return { first: first.id, last: last.id, times: last.delta / first.delta };
}
