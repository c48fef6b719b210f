import { datasetSection } from '../../../core/contract/specs.ts';

type Steps = readonly { readonly type: string }[];

/** What leads to a data set as these steps make it. */
export function dataRoute(name: string, derive: Steps) {
  return {
    name: 'data',
    params: { name },
    query: { tab: 'images', ...(derive.length > 0 && { derive: JSON.stringify(derive) }) },
  };
}

/** Steps as an address holds them; none where it holds something else. */
export function readSteps(query: unknown): { type: string; [key: string]: unknown }[] {
  if (typeof query !== 'string') return [];
  try {
    return datasetSection.shape.derive.parse(JSON.parse(query)) ?? [];
  } catch {
    return [];
  }
}
