import { normalTails } from './distributions.ts';

/** What the Mann-Whitney test says of two samples. */
export interface RankSumTest {
  /** Pairs in which the value of the first sample is the larger, ties counting half: R's W. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
  /** The smallest p that samples of these sizes could ever give: 2 / (n1 + n2 choose n1). */
  readonly smallestP: number;
  /** By counting every arrangement of the ranks; else by the normal distribution. */
  readonly exact: boolean;
}

/** From this size on, on either side, the normal distribution is close and counting would take long. */
const large = 50;

/**
 * The Mann-Whitney (Wilcoxon rank sum) test: whether values of one sample tend to be larger, whatever their
 * distribution. Exact, ties included, for samples under 50; else the normal approximation with the corrections for
 * ties and continuity (Hollander and Wolfe, "Nonparametric Statistical Methods", section 4.1).
 * @returns null where a sample is empty
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): RankSumTest | null {
  if (first.length === 0 || second.length === 0) return null;
  const ranks = doubledRanks([...first, ...second]);
  const sum = ranks.slice(0, first.length).reduce((total, rank) => total + rank, 0);
  const u = (sum - first.length * (first.length + 1)) / 2;
  const smallestP = Math.min(1, 2 / choose(first.length + second.length, first.length));
  const exact = first.length < large && second.length < large;
  const p = exact ? exactP(ranks, first.length, sum) : normalP(ranks, first.length, u);
  return { u, p, smallestP, exact };
}

/** Twice the rank of each value, tied ones sharing their mean: always whole. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    // Ranks from + 1 ... to have the mean (from + 1 + to) / 2.
    for (const i of order.slice(from, to)) ranks[i] = from + 1 + to;
    from = to;
  }
  return ranks;
}

/** The share of all choices of `count` ranks whose sum lies as far out as `sum`, the nearer tail twice. */
function exactP(ranks: readonly number[], count: number, sum: number): number {
  const ways = sumsOfChoices(ranks, count);
  let below = 0;
  let above = 0;
  let all = 0;
  for (const [total, number] of ways.entries()) {
    all += number;
    if (total <= sum) below += number;
    if (total >= sum) above += number;
  }
  return Math.min(1, (2 * Math.min(below, above)) / all);
}

/** In how many ways `count` of the ranks sum up to each total. */
function sumsOfChoices(ranks: readonly number[], count: number): Float64Array {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: count + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const [i, rank] of ranks.entries()) {
    for (let chosen = Math.min(count, i + 1); chosen > 0; chosen--) {
      const before = ways[chosen - 1] as Float64Array;
      const now = ways[chosen] as Float64Array;
      for (let total = most; total >= rank; total--) {
        now[total] = (now[total] as number) + (before[total - rank] as number);
      }
    }
  }
  return ways[count] as Float64Array;
}

function normalP(ranks: readonly number[], count: number, u: number): number {
  const n = ranks.length;
  const pairs = count * (n - count);
  const tied = new Map<number, number>();
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1);
  const ties = [...tied.values()].reduce((total, t) => total + t ** 3 - t, 0);
  const deviation = Math.sqrt((pairs / 12) * (n + 1 - ties / (n * (n - 1))));
  if (!(deviation > 0)) return 1;
  const distance = Math.max(0, Math.abs(u - pairs / 2) - 0.5);
  return normalTails(distance / deviation);
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result *= (n - i + 1) / i;
  return result;
}
