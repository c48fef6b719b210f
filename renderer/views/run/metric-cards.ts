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
const last = ['rate', 'images-per-second'];

/** Metrics that measure the same on different splits share a card: loss and accuracy first, the machinery last. */
export function metricCards(metrics: readonly string[]): { name: string; members: string[] }[] {
  const cards = new Map<string, string[]>();
  for (const metric of metrics) {
    const { name } = splitMetric(metric);
    cards.set(name, [...(cards.get(name) ?? []), metric]);
  }
  const rank = (name: string) => {
    if (last.includes(name)) return 100 + last.indexOf(name);
    return order.includes(name) ? order.indexOf(name) : 50;
  };
  return [...cards]
    .map(([name, members]) => ({ name, members }))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
}
