import { z } from 'zod';
import type { FieldDescriptor } from '../../contract/catalog.ts';
import { boolean, describeFields, integer, number } from '../../contract/fields.ts';
import type { SnapshotKind } from '../../contract/runs.ts';

/** `train.snapshots`: what is kept of an epoch, to be looked at later. */
export const snapshotSchema = z.strictObject({
  every: integer({
    label: 'Snapshot every',
    help: 'How often something is kept to look back at: the pictures of the network at earlier epochs.',
    unit: 'epochs',
    default: 1,
    minimum: 1,
  }),
  weights: boolean({
    label: 'Keep weights',
    help: 'For kernels, feature maps and everything else that is worked out from the network as it was.',
    default: true,
  }),
  predictions: boolean({
    label: 'Keep predictions',
    help: 'Class and confidence of every image that the run is judged on: the images behind the confusion matrix.',
    default: true,
  }),
  health: boolean({
    label: 'Keep layer health',
    help: 'Histograms and norms of weights, gradients and activations on about a hundred training images.',
    default: true,
  }),
  megabytes: number({
    label: 'Room for each',
    help: 'The most that weights, predictions and health may each take of the disk. Where it is reached, every second snapshot is dropped, so that those kept are twice as far apart.',
    unit: 'MB',
    default: 16,
    minimum: 0,
  }),
});
export type SnapshotSpec = z.output<typeof snapshotSchema>;

/** What a run without a word on it keeps. */
export const usualSnapshots: SnapshotSpec = snapshotSchema.parse({});

/** For the window's form. */
export const snapshotFields: readonly FieldDescriptor[] = describeFields(snapshotSchema);

/**
 * Of which epochs a kind of snapshot is kept once `epoch` epochs are trained: the multiples of the number returned;
 * null where none is. A function of the epoch alone, so that a run that was killed and resumed keeps the same ones.
 * @param bytes of one snapshot
 */
export function keptEvery(
  kind: SnapshotKind,
  epoch: number,
  bytes: number,
  spec: SnapshotSpec,
): number | null {
  const room = Math.floor((spec.megabytes * 1e6) / Math.max(1, bytes));
  if (!spec[kind] || room < 1) return null;
  let every = spec.every;
  while (Math.floor(epoch / every) > room) every *= 2;
  return every;
}
