import type { ModelDescription } from '../../../core/contract/runs.ts';

/** A layer, or the input, with its place; the middle of its upper edge is (x, y). */
export interface PlacedNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** A way from one layer to the next that takes it, through the ranks between. */
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface GraphLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export interface NodeSize {
  readonly width: number;
  readonly height: number;
  /** Between neighbours of one rank, and between ranks. */
  readonly gap: { readonly x: number; readonly y: number };
}

/** A layer, or a place where an edge passes a rank. */
interface Stop {
  readonly key: string;
  readonly rank: number;
  readonly passing: boolean;
  readonly before: string[];
  readonly after: string[];
}

const sweeps = 6;
/** Width of an edge that passes a rank, as a share of a node's. */
const passingShare = 0.2;

/**
 * Draws any network from the input above to the output below: every layer on the rank after the last layer it takes, ranks
 * ordered by the mean place of their neighbours, edges led around the layers between (Sugiyama's method).
 */
export function layOutGraph(model: ModelDescription, size: NodeSize): GraphLayout {
  const { stops, ways } = stopsOf(model);
  const ranks = ordered(stops);
  const xs = placeRanks(ranks, stops, size);
  const yOf = (rank: number) => rank * (size.height + size.gap.y);
  const widths = [...xs].map(([key, x]) => x + widthOf(stops.get(key), size) / 2);
  const nodes = [...stops.values()]
    .filter(({ passing }) => !passing)
    .map(({ key, rank }) => ({ id: key, x: xs.get(key) as number, y: yOf(rank) }));
  const edges = ways.map(({ from, to, through }) => {
    const start = { x: xs.get(from) as number, y: yOf(rankOf(stops, from)) + size.height };
    const end = { x: xs.get(to) as number, y: yOf(rankOf(stops, to)) };
    const between = through.flatMap((key) => {
      const [x, y] = [xs.get(key) as number, yOf(rankOf(stops, key))];
      return [
        { x, y },
        { x, y: y + size.height },
      ];
    });
    return { from, to, points: [start, ...between, end] };
  });
  return { nodes, edges, width: Math.max(...widths), height: yOf(ranks.length - 1) + size.height };
}

interface Way {
  readonly from: string;
  readonly to: string;
  readonly through: readonly string[];
}

const rankOf = (stops: ReadonlyMap<string, Stop>, key: string) => stops.get(key)?.rank ?? 0;

function stopsOf(model: ModelDescription): { stops: Map<string, Stop>; ways: Way[] } {
  const stops = new Map<string, Stop>();
  const add = (key: string, rank: number, passing: boolean) =>
    stops.set(key, { key, rank, passing, before: [], after: [] });
  add('input', 0, false);
  // In file order a layer may come before what it takes: ranks settle in as many rounds as there are layers at most.
  const ranks = new Map<string, number>([['input', 0]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id, from } of model.layers) {
      const rank = 1 + Math.max(...from.map((source) => ranks.get(source) ?? 0));
      changed ||= ranks.get(id) !== rank;
      ranks.set(id, rank);
    }
  }
  for (const { id } of model.layers) add(id, ranks.get(id) as number, false);
  const ways: Way[] = [];
  for (const { id, from } of model.layers) {
    for (const source of new Set(from)) {
      const through: string[] = [];
      for (let rank = rankOf(stops, source) + 1; rank < rankOf(stops, id); rank++) {
        const key = `${source} > ${id} @ ${rank}`;
        add(key, rank, true);
        through.push(key);
      }
      const chain = [source, ...through, id];
      chain.slice(1).forEach((key, i) => {
        stops.get(chain[i] as string)?.after.push(key);
        stops.get(key)?.before.push(chain[i] as string);
      });
      ways.push({ from: source, to: id, through });
    }
  }
  return { stops, ways };
}

/** Ranks from above, each in an order with few crossings. */
function ordered(stops: ReadonlyMap<string, Stop>): Stop[][] {
  const ranks: Stop[][] = [];
  for (const stop of stops.values()) {
    const rank = ranks[stop.rank] ?? [];
    ranks[stop.rank] = rank;
    rank.push(stop);
  }
  const places = new Map<string, number>();
  const number = (rank: readonly Stop[]) => {
    for (const [i, { key }] of rank.entries()) places.set(key, i);
  };
  for (const rank of ranks) number(rank);
  const mean = (keys: readonly string[], own: number) =>
    keys.length === 0 ? own : keys.reduce((sum, key) => sum + (places.get(key) ?? 0), 0) / keys.length;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const downwards = sweep % 2 === 0;
    for (const rank of downwards ? ranks : ranks.toReversed()) {
      const weights = new Map(
        rank.map((stop, i) => [stop.key, mean(downwards ? stop.before : stop.after, i)]),
      );
      rank.sort((a, b) => (weights.get(a.key) ?? 0) - (weights.get(b.key) ?? 0));
      number(rank);
    }
  }
  return ranks;
}

const widthOf = (stop: Stop | undefined, { width }: NodeSize) =>
  stop?.passing ? width * passingShare : width;

/** Middles, every rank centred on the widest. */
function placeRanks(
  ranks: readonly (readonly Stop[])[],
  stops: ReadonlyMap<string, Stop>,
  size: NodeSize,
): Map<string, number> {
  const extent = (rank: readonly Stop[]) =>
    rank.reduce((sum, stop) => sum + widthOf(stops.get(stop.key), size), 0) + (rank.length - 1) * size.gap.x;
  const widest = Math.max(...ranks.map(extent));
  const xs = new Map<string, number>();
  for (const rank of ranks) {
    let x = (widest - extent(rank)) / 2;
    for (const stop of rank) {
      const width = widthOf(stop, size);
      xs.set(stop.key, x + width / 2);
      x += width + size.gap.x;
    }
  }
  return xs;
}
