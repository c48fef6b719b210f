import { z } from 'zod';
import type { Settings } from './filter/keys.ts';

/**
 * The configurations of many runs, key by key: most runs have most values in common, so each value is said once, and
 * per run only its place among them.
 */
export const settingsTable = z.object({
  runs: z.array(z.string()),
  columns: z.array(
    z.object({
      /** Dotted: `train.optimizer.lr`. */
      path: z.string(),
      /** The different values, in order of first appearance. */
      values: z.array(z.unknown()),
      /** Per run, in the order of `runs`: the place of its value, -1 where it has no such key. */
      places: z.array(z.int()),
    }),
  ),
});
export type SettingsTable = z.infer<typeof settingsTable>;

/** Every leaf of each configuration, by run. */
export function packSettings(runs: readonly (readonly [id: string, leaves: Settings])[]): SettingsTable {
  const paths = new Set(runs.flatMap(([, leaves]) => Object.keys(leaves)));
  return {
    runs: runs.map(([id]) => id),
    columns: [...paths].map((path) => {
      const values: unknown[] = [];
      const known = new Map<string, number>();
      const places = runs.map(([, leaves]) => {
        if (!Object.hasOwn(leaves, path)) return -1;
        const text = JSON.stringify(leaves[path]);
        const place = known.get(text) ?? values.push(leaves[path]) - 1;
        known.set(text, place);
        return place;
      });
      return { path, values, places };
    }),
  };
}

/** Inverse of `packSettings`. */
export function unpackSettings({ runs, columns }: SettingsTable): Map<string, Settings> {
  return new Map(
    runs.map((run, index) => {
      const own = columns.filter(({ places }) => (places[index] ?? -1) >= 0);
      return [
        run,
        Object.fromEntries(own.map(({ path, values, places }) => [path, values[places[index] as number]])),
      ];
    }),
  );
}
