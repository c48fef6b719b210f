/** What can be said of a confusion matrix. Rows are true classes, columns predicted ones; entries are counts. */
export interface ConfusionFigures {
  readonly total: number;
  readonly correct: number;
  /** Images of each true class. */
  readonly rowTotals: readonly number[];
  readonly columnTotals: readonly number[];
  /** Share of a class that was recognised; null for a class without images. */
  readonly recall: readonly (number | null)[];
  /** Share of the images taken for a class that belong to it; null where none was. */
  readonly precision: readonly (number | null)[];
}

export interface Mistake {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export function confusionFigures(counts: readonly (readonly number[])[]): ConfusionFigures {
  const rowTotals = counts.map(sum);
  const columnTotals = counts.map((_, column) => sum(counts.map((row) => row[column] ?? 0)));
  const diagonal = counts.map((row, i) => row[i] ?? 0);
  return {
    total: sum(rowTotals),
    correct: sum(diagonal),
    rowTotals,
    columnTotals,
    recall: diagonal.map((right, i) => ratio(right, rowTotals[i] ?? 0)),
    precision: diagonal.map((right, i) => ratio(right, columnTotals[i] ?? 0)),
  };
}

/** The pairs of classes most often confused, most frequent first. */
export function worstMistakes(counts: readonly (readonly number[])[], most: number): Mistake[] {
  return counts
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.predicted - b.predicted)
    .slice(0, most);
}

/**
 * How strongly a cell is tinted, 0..1: its share of the true class, on a square-root scale, so that single mistakes still show
 * beside a diagonal of 99%.
 */
export function cellStrength(count: number, rowTotal: number): number {
  return rowTotal > 0 ? Math.sqrt(count / rowTotal) : 0;
}

/**
 * Strength from which a cell's number is written in the other of black and white. Where the two tones meet, either has 4.5:1
 * on it, and nothing less than pure black and white would.
 */
export const inkTurnsAt = { light: 0.652, dark: 0.507 } as const;
