/**
 * Connection tables by name: one string per input map, one character per output map, `X` where the output map reads
 * the input map (the sets M_j of (1) and (44)).
 */
export const connectionTables: Readonly<Record<string, readonly string[]>> = {
  /** Table 1 of the lecture, from LeCun et al. 1998: the maps of S2 by row, those of C3 by column. */
  'lenet-5-c3': [
    'X...XXX..XXXX.XX',
    'XX...XXX..XXXX.X',
    'XXX...XXX..X.XXX',
    '.XXX..XXXX..X.XX',
    '..XXX..XXXX.XX.X',
    '...XXX..XXXX.XXX',
  ],
};

/** The table that a specification names or writes out. */
export function connectionTable(connections: string | readonly string[]): readonly string[] {
  return typeof connections === 'string' ? (connectionTables[connections] ?? []) : connections;
}

/** Number of connections in a table. */
export function connectionCount(table: readonly string[]): number {
  return table.join('').replaceAll('.', '').length;
}
