import type { VerificationReport } from '../data/dataset.ts';
import type { AcquisitionProgress, Watching } from '../data/progress.ts';
import { onInterrupt } from '../host/interrupt.ts';
import { byteSize, duration, whole } from './format.ts';
import type { Output } from './output.ts';

const barWidth = 24;
/** Milliseconds between two JSON lines. */
const objectEvery = 1000;

/**
 * Does long work on a data set in sight of the user: a bar on a terminal, a line per phase elsewhere, objects with
 * `--json`. Ctrl-C stops it and keeps what was fetched; a second one ends the program at once.
 */
export async function watchAcquisition(
  output: Output,
  work: (watching: Watching) => Promise<VerificationReport>,
): Promise<VerificationReport> {
  const controller = new AbortController();
  onInterrupt(
    () => controller.abort('pause'),
    () => process.exit(1),
  );
  const show = output.animated ? showBar() : showLines(output);
  try {
    return await work({ signal: controller.signal, onProgress: show });
  } finally {
    if (output.animated) output.text();
  }
}

function showBar(): (progress: AcquisitionProgress) => void {
  return (progress) => {
    const columns = process.stdout.columns || 120;
    process.stdout.write(`\r\u001b[2K${barOf(progress).slice(0, columns - 1)}`);
  };
}

/** `downloading  ████████░░░░  102 MB of 170 MB  11.2 MB/s  ETA 6 s  cifar-10-binary.tar.gz` */
export function barOf(progress: AcquisitionProgress): string {
  const { phase, file, bytesDone, bytesTotal, bytesPerSecond, etaSeconds } = progress;
  const parts: string[] = [phase];
  if (bytesTotal !== null) {
    const filled = Math.min(barWidth, Math.round((bytesDone / Math.max(1, bytesTotal)) * barWidth));
    parts.push('█'.repeat(filled) + '░'.repeat(barWidth - filled));
    parts.push(`${byteSize(bytesDone)} of ${byteSize(bytesTotal)}`);
  } else if (bytesDone > 0) parts.push(byteSize(bytesDone));
  if (bytesPerSecond !== null && bytesDone > 0) parts.push(`${byteSize(bytesPerSecond)}/s`);
  if (etaSeconds !== null) parts.push(`ETA ${duration(etaSeconds)}`);
  if (file !== null) parts.push(file);
  return parts.join('  ');
}

function showLines(output: Output): (progress: AcquisitionProgress) => void {
  let phase: string | null = null;
  let shown = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (progress.phase !== phase || now - shown >= objectEvery) {
      shown = now;
      output.object({ event: 'progress', ...progress });
    }
    if (progress.phase === phase) return;
    phase = progress.phase;
    const { bytesTotal } = progress;
    output.text(bytesTotal === null ? `${phase} …` : `${phase} ${byteSize(bytesTotal)} …`);
  };
}

/** The last lines of fetching and importing. */
export function tellReady(output: Output, title: string, folder: string, report: VerificationReport): void {
  const { name, status, version, hash, published, splits } = report;
  output.object({ name, status, folder, version, hash, published, splits });
  const samples = Object.entries(splits).map(([split, count]) => `${split} ${whole(count)}`);
  output.text(`${title} is ready in ${folder}: ${samples.join(', ')}; ${version}, sha256 ${hash}`);
}
