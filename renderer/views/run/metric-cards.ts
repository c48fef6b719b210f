import { isTextKey, useText } from '../../app/text.ts';
import { splitMetric } from '../../charts/run-lines.ts';

/** `loss` as the title of its card; a metric that the catalogue does not know keeps its name. */
export function cardTitle(name: string): string {
  const key = `run.card.${name}`;
  return isTextKey(key) ? useText()(key) : name;
}

/** `validation` in words. */
export function splitName(split: string): string {
  const key = `run.split.${split}`;
  return isTextKey(key) ? useText()(key) : split;
}

/** What every run logs: asked for from the start, in the order of their cards. */
export const usualMetrics: readonly string[] = [
  'train/loss',
  'validation/loss',
  'test/loss',
  'train/accuracy',
  'validation/accuracy',
  'test/accuracy',
  'train/rate',
  'train/images-per-second',
];

const order = ['loss', 'accuracy', 'top5'];
/** Of training, whichever splits are looked at: what tells how it went, not what came of it. */
const machinery: ReadonlySet<string> = new Set(['rate', 'images-per-second']);
const splits: ReadonlySet<string> = new Set(['train', 'validation', 'test']);

export interface MetricCard {
  /** Unique among the cards of a page. */
  readonly name: string;
  readonly title: string;
  readonly members: string[];
}

/** Cards under a heading: `results`, the prefix that their metrics share, or `machinery`. */
export interface MetricSection {
  readonly name: string;
  readonly cards: MetricCard[];
}

/**
 * One card per metric, in sections by what stands before its slash. What measures the same on different splits shares a
 * card. Results come first, how training went comes last.
 */
export function metricSections(metrics: readonly string[]): MetricSection[] {
  const sections = new Map<string, Map<string, MetricCard>>();
  for (const metric of metrics) {
    const { split, name } = splitMetric(metric);
    const section = machinery.has(name) ? 'machinery' : splits.has(split) || split === '' ? 'results' : split;
    const card = splits.has(split) ? name : metric;
    const cards = sections.get(section) ?? new Map<string, MetricCard>();
    sections.set(section, cards);
    const known = cards.get(card) ?? { name: card, title: cardTitle(name), members: [] };
    known.members.push(metric);
    cards.set(card, known);
  }
  const rank = (name: string) => ({ results: 0, machinery: 2 })[name] ?? 1;
  const place = ({ name }: MetricCard) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...sections]
    .map(([name, cards]) => ({
      name,
      cards: [...cards.values()].sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name)),
    }))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
}

/** The splits that a metric can be of. */
export function isSplit(prefix: string): boolean {
  return splits.has(prefix);
}

export function isMachinery(metric: string): boolean {
  return machinery.has(splitMetric(metric).name);
}
