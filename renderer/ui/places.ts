/**
 * Gives every row of a list a place in the page: a row keeps its own as long as it is shown, and one that comes takes a place that has
 * become free. So a list that is sorted anew is written into the elements that are there, instead of making all of them again.
 * @param shown keys of the rows, from top to bottom
 * @param before places of those shown until now
 * @param held key of a row whose element must not become another's: what is being typed there would go to the wrong row
 */
export function takePlaces(
  shown: readonly string[],
  before: ReadonlyMap<string, number>,
  held: string | null,
): Map<string, number> {
  const staying = new Set(shown);
  const free = [...before]
    .filter(([key]) => !staying.has(key) && key !== held)
    .map(([, place]) => place)
    .sort((a, b) => b - a);
  let next = Math.max(-1, ...before.values()) + 1;
  const places = new Map<string, number>();
  for (const key of shown) {
    places.set(key, before.get(key) ?? free.pop() ?? next++);
  }
  return places;
}
