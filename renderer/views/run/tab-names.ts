/** The tabs of a run's page, in their order; each is `?tab=<name>` in its address. */
export const tabNames = [
  'curves',
  'confusion',
  'kernels',
  'maps',
  'network',
  'evidence',
  'space',
  'health',
  'judge',
  'configuration',
  'log',
] as const;
export type TabName = (typeof tabNames)[number];
