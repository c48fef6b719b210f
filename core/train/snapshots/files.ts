import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { type EpochHealth, epochHealth } from '../../contract/health.ts';
import type { SnapshotKind } from '../../contract/runs.ts';
import { writeFileAtomic } from '../../export/atomic-file.ts';
import {
  decodeSafetensors,
  type SafeTensor,
  type SafetensorsContent,
  type WrittenFile,
  writeSafetensors,
} from '../../export/safetensors.ts';
import { readVerified } from '../../export/verified-file.ts';
import type { Plan } from '../../graph/plan.ts';
import type { Evaluation } from '../evaluate.ts';
import { type TrainingData, trainingData } from '../training-data.ts';

/** What a network made of every sample of one split, in the split's order. */
export interface Predictions {
  /** Class with the largest output. */
  readonly classes: Int32Array | Uint8Array;
  /** What the network gave that class: its probability, or its output where the loss makes no probabilities. */
  readonly scores: Float32Array;
}

/** A snapshot that is whole and on disk. */
export interface WrittenSnapshot extends WrittenFile {
  readonly kind: SnapshotKind;
  /** Inside the run's folder, with forward slashes. */
  readonly file: string;
}

/** The folder of a run's snapshots, inside the run's. */
export const snapshotFolder = 'snapshots';

const fileOf = (kind: SnapshotKind, epoch: number, format: 'safetensors' | 'json') =>
  `${snapshotFolder}/epoch-${epoch}.${kind}.${format}`;

/** Of a snapshot that cannot be read. */
const about = { what: 'The snapshot', hint: 'Look at another epoch, or train the run again.' };

/** Writes one kind of snapshot. Throws `disk.full`, `file.unwritable`; then nothing is left behind. */
export async function writeSnapshot(
  folder: string,
  kind: SnapshotKind,
  epoch: number,
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
): Promise<WrittenSnapshot> {
  const file = fileOf(kind, epoch, 'safetensors');
  return { kind, file, ...(await writeSafetensors(join(folder, file), tensors, metadata)) };
}

/** Writes what an epoch's health is, as JSON. Throws as `writeSnapshot` does. */
export async function writeHealth(folder: string, health: EpochHealth): Promise<WrittenSnapshot> {
  const file = fileOf('health', health.epoch, 'json');
  const bytes = Buffer.from(JSON.stringify(health));
  await writeFileAtomic(join(folder, file), [bytes]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'health', file, bytes: bytes.length, sha256 };
}

/** Throws `file.unreadable`, `file.damaged`. */
export async function readHealth(path: string, sha256: string): Promise<EpochHealth> {
  const bytes = await readVerified(path, sha256, about);
  return epochHealth.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** The parameters as they are judged, in the frameworks' layout and in full: pictures of them are exact. */
export function weightTensors(
  { parameters }: Pick<Plan, 'parameters'>,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, SafeTensor> {
  return new Map(
    parameters.map(({ name, shape }) => [name, { shape, data: values.get(name) as Float32Array }]),
  );
}

/** `<split>.class` and `<split>.score` of every split; a class takes a byte where there are no more than 256. */
export function predictionTensors(evaluations: readonly Evaluation[]): Map<string, SafeTensor> {
  return new Map(
    evaluations.flatMap(({ split, predictions, scores, confusion }): [string, SafeTensor][] => {
      const shape = [predictions.length];
      const few = confusion.length <= 256 ** 2;
      return [
        [`${split}.class`, { shape, data: few ? Uint8Array.from(predictions) : predictions }],
        [`${split}.score`, { shape, data: scores }],
      ];
    }),
  );
}

/** What a run was trained on, as it goes into a snapshot of weights or predictions. */
export function trainedOnMetadata(data: TrainingData): Readonly<Record<string, string>> {
  return { data: JSON.stringify(data) };
}

function trainedOnOf(metadata: Readonly<Record<string, string>>, path: string): TrainingData {
  const { success, data } = trainingData.safeParse(JSON.parse(metadata.data ?? 'null'));
  if (success) return data;
  throw new ConvolabError('file.damaged', `${about.what} ${path} does not say what was trained on.`, {
    subject: path,
    hint: about.hint,
  });
}

/** The parameters of a snapshot of weights, and what they were trained on. Throws `file.unreadable`, `file.damaged`. */
export async function readWeights(
  path: string,
  sha256: string,
): Promise<{ parameters: Map<string, Float32Array>; data: TrainingData }> {
  const { tensors, metadata } = await readSnapshot(path, sha256);
  return {
    parameters: new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array])),
    data: trainedOnOf(metadata, path),
  };
}

/**
 * Predictions of a split, and what the network was trained on.
 * @throws `file.unreadable`, `file.damaged`; `argument.invalid` for a split that was not judged
 */
export async function readPredictions(
  path: string,
  sha256: string,
  split: string,
): Promise<{ made: Predictions; data: TrainingData }> {
  const { tensors, metadata } = await readSnapshot(path, sha256);
  const classes = tensors.get(`${split}.class`)?.data;
  const scores = tensors.get(`${split}.score`)?.data;
  if (classes === undefined || classes instanceof Float32Array || !(scores instanceof Float32Array)) {
    throw new ConvolabError('argument.invalid', `No predictions of the ${split} split were kept.`, {
      subject: split,
      hint: 'Runs are judged on the validation split, where there is one, and on the test split.',
    });
  }
  return { made: { classes, scores }, data: trainedOnOf(metadata, path) };
}

/** Throws `file.unreadable`, `file.damaged`. */
export async function readSnapshot(path: string, sha256: string): Promise<SafetensorsContent> {
  return decodeSafetensors(await readVerified(path, sha256, about), path);
}
