import { metricsCsv } from '../export/csv.ts';
import { encodeSafetensors, type SafeTensor } from '../export/safetensors.ts';
import { weightsMetadata } from '../export/weights.ts';
import type { CheckpointChoice } from '../store/checkpoints.ts';
import type { EngineContext } from './context.ts';
import { openRunNetwork } from './run-network.ts';

type Context = Pick<EngineContext, 'store' | 'home'>;

/** A file to hand to the user. */
export interface ExportedFile {
  /** Suggested name, of characters that every file system takes. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface ExportOptions {
  readonly run: string;
  readonly format: 'safetensors' | 'csv';
  /** For safetensors; the best by default. */
  readonly checkpoint?: CheckpointChoice | undefined;
}

/**
 * A run's weights as safetensors, with all that using them elsewhere needs, or its metrics as CSV.
 * @throws `run.unknown`; `argument.invalid` where there is no such checkpoint; `file.*`
 */
export async function exportRun(context: Context, options: ExportOptions): Promise<ExportedFile> {
  const { run, format, checkpoint = 'best' } = options;
  const stem = `${safeName(context.store.runs.get(run).name)}-${run}`;
  if (format === 'csv') {
    const text = metricsCsv(context.store.metrics.after(run, -1));
    return { name: `${stem}.csv`, mediaType: 'text/csv', bytes: Buffer.from(text) };
  }
  const bytes = await exportWeights(context, run, checkpoint);
  return { name: `${stem}.safetensors`, mediaType: 'application/octet-stream', bytes };
}

async function exportWeights(
  context: Context,
  run: string,
  checkpoint: CheckpointChoice,
): Promise<Uint8Array> {
  const network = await openRunNetwork(context, run, checkpoint);
  const tensors = new Map<string, SafeTensor>(
    network.plan.parameters.map(({ name, shape }) => [
      name,
      { shape, data: network.parameters.get(name) as Float32Array },
    ]),
  );
  const metadata = weightsMetadata({
    run,
    classes: network.trainedOn.classes,
    input: network.plan.input,
    mean: network.trainedOn.mean,
    std: network.trainedOn.deviation,
  });
  return Buffer.concat(encodeSafetensors(tensors, metadata));
}

/** `relu/seed 2` to `relu-seed-2`. */
function safeName(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 80) || 'run'
  );
}
