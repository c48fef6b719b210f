/** The data set's name in a run's resolved configuration; null where it cannot be read. */
export function datasetOf(config: unknown): string | null {
  if (typeof config !== 'object' || config === null || !('dataset' in config)) return null;
  const { dataset } = config;
  if (typeof dataset !== 'object' || dataset === null || !('name' in dataset)) return null;
  return typeof dataset.name === 'string' ? dataset.name : null;
}
