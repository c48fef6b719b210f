/**
 * A connection table (44) as the kernels take it: one string per input map, one character per filter, `X` where the
 * filter reads the map. Without a table every filter reads every map.
 */
export function connected(connections: readonly string[] | undefined, map: number, filter: number): boolean {
  return connections === undefined || connections[map]?.[filter] === 'X';
}
