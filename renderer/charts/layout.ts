import type { Ref } from 'vue';
import { usePersisted } from '../app/persist.ts';

/** How large a card is: columns of the grid, and pixels of the chart's height. */
export interface CardSize {
  readonly columns: number;
  readonly height: number;
}

/** What a user made of a page of cards; it survives a reload. */
export interface CardLayout {
  readonly pinned: readonly string[];
  readonly sizes: Readonly<Record<string, CardSize>>;
}

export const usualSize: CardSize = { columns: 1, height: 220 };
const bounds = { columns: [1, 4], height: [140, 760] } as const;
/** Heights snap, so that neighbours can be made alike. */
const snap = 20;

export function useCardLayout(page: string): Ref<CardLayout> {
  return usePersisted<CardLayout>(`cards.${page}`, { pinned: [], sizes: {} });
}

export function togglePinned(layout: CardLayout, card: string): CardLayout {
  const pinned = layout.pinned.includes(card)
    ? layout.pinned.filter((it) => it !== card)
    : [...layout.pinned, card];
  return { ...layout, pinned };
}

export function resized(layout: CardLayout, card: string, size: CardSize): CardLayout {
  return { ...layout, sizes: { ...layout.sizes, [card]: boundedSize(size) } };
}

export function sizeOf({ sizes }: CardLayout, card: string): CardSize {
  return sizes[card] ?? usualSize;
}

/** The nearest size that a card may have. */
export function boundedSize({ columns, height }: CardSize): CardSize {
  const within = (value: number, [least, most]: readonly [number, number]) =>
    Math.min(most, Math.max(least, value));
  return {
    columns: within(Math.round(columns), bounds.columns),
    height: within(Math.round(height / snap) * snap, bounds.height),
  };
}

/** Pinned cards first, in the order in which they were pinned; the others as they were. */
export function inOrder<Card extends { name: string }>(
  cards: readonly Card[],
  { pinned }: CardLayout,
): Card[] {
  const front = pinned.flatMap((name) => cards.find((card) => card.name === name) ?? []);
  return [...front, ...cards.filter(({ name }) => !pinned.includes(name))];
}

/** More cards than that are looked for by name. */
export const mostUnsought = 6;

/** Cards whose names have every word of a query. */
export function foundCards<Card extends { name: string; title: string }>(
  cards: readonly Card[],
  query: string,
): Card[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter(({ name, title }) =>
    words.every((word) => `${name} ${title}`.toLowerCase().includes(word)),
  );
}
