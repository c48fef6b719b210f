/** Texts of the pages other than a run's and the comparison. */
export const views = {
  experiments: { title: 'Experiments' },
} as const;
