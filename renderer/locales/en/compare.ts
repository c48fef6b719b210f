/** Texts of renderer/views/compare: reached as `compare.<key>`. */
export const compare = {
  title: 'Compare',
} as const;
