/** One judged sample. */
export interface Prediction {
  /** Place in the set. */
  readonly index: number;
  readonly label: number;
  readonly prediction: number;
  /** Of the predicted class; its output where the loss makes no probabilities. */
  readonly probability: number;
}

const columns = ['index', 'label', 'class', 'prediction', 'predicted_class', 'probability'] as const;

/**
 * Predictions as CSV (RFC 4180, LF line ends), the same from the command line and from the window:
 * `index,label,class,prediction,predicted_class,probability`, classes by their names.
 */
export function predictionsCsv(predictions: Iterable<Prediction>, classes: readonly string[]): string {
  const lines = [columns.join(',')];
  for (const { index, label, prediction, probability } of predictions) {
    const names = [label, prediction].map((at) => quoted(classes[at] ?? String(at)));
    lines.push([index, label, names[0], prediction, names[1], probability].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
