/** Texts of renderer/views/run: reached as `run.<key>`. */
export const run = {
  title: 'Run',
} as const;
