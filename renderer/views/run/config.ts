import type { DatasetReference } from '../../../core/contract/specs.ts';

/** Which data a run's resolved configuration names; null where it cannot be read. */
export function datasetOf(config: unknown): DatasetReference | null {
  if (typeof config !== 'object' || config === null || !('dataset' in config)) return null;
  const { dataset } = config;
  if (typeof dataset !== 'object' || dataset === null || !('name' in dataset)) return null;
  if (typeof dataset.name !== 'string') return null;
  const { name, source, derive } = dataset as DatasetReference;
  return { name, ...(source && { source }), ...(derive && { derive }) };
}
