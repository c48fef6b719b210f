import type { IconName } from '../../ui/icons.ts';

/** One line of the command palette. */
export interface PaletteEntry {
  id: string;
  label: string;
  icon: IconName;
  section: string;
  note?: string | undefined;
  run(): void;
}

const longest = 50;

/** Higher is better; 0 does not match: every word must occur, a word's beginning counts more than its middle. */
export function score(entry: Pick<PaletteEntry, 'label' | 'note'>, query: string): number {
  const label = entry.label.toLowerCase();
  const whole = `${label} ${entry.note?.toLowerCase() ?? ''}`;
  let sum = 1;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    if (!whole.includes(word)) return 0;
    if (label.startsWith(word)) sum += 4;
    else if (label.includes(` ${word}`)) sum += 3;
    else if (label.includes(word)) sum += 2;
    else sum += 1;
  }
  return sum;
}

/** The best entries for a query, in their sections; sections stand in the order of their best entry. */
export function filterEntries(
  entries: readonly PaletteEntry[],
  query: string,
): { title: string; entries: PaletteEntry[] }[] {
  const found = entries
    .map((entry) => ({ entry, score: score(entry, query) }))
    .filter((match) => match.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, longest);
  const sections = new Map<string, PaletteEntry[]>();
  for (const { entry } of found) {
    const section = sections.get(entry.section);
    if (section) section.push(entry);
    else sections.set(entry.section, [entry]);
  }
  return [...sections].map(([title, members]) => ({ title, entries: members }));
}
