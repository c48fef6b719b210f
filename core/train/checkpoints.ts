import type { ProgramState } from '../backends/backend.ts';
import {
  decodeSafetensors,
  type SafeTensor,
  type WrittenFile,
  writeSafetensors,
} from '../export/safetensors.ts';
import { readVerified } from '../export/verified-file.ts';
import type { Plan } from '../graph/plan.ts';
import { type Position, position } from './position.ts';
import { type TrainingData, trainingData } from './training-data.ts';

/** Endings of what the optimizer keeps, in files that do not say: `<parameter>.velocity`. */
const usualStates: readonly string[] = ['velocity'];

export interface ReadCheckpoint {
  readonly state: ProgramState;
  readonly position: Position;
  readonly data: TrainingData;
}

/** Inside the run's folder: `checkpoints/epoch-3.safetensors`, amid an epoch `checkpoints/epoch-3-step-2600.safetensors`. */
export function checkpointFile({ epoch, stepInEpoch, step }: Position): string {
  const moment = stepInEpoch > 0 ? `epoch-${epoch}-step-${step}` : `epoch-${epoch}`;
  return `checkpoints/${moment}.safetensors`;
}

/**
 * Writes parameters, optimizer state, position and what was trained on; when this returns the file is there whole and
 * on disk, and may be recorded.
 * @throws `disk.full`, `file.unwritable`; then nothing is left behind
 */
export async function writeCheckpoint(
  path: string,
  plan: Plan,
  state: ProgramState,
  at: Position,
  data: TrainingData,
): Promise<WrittenFile> {
  const shapes = new Map(plan.parameters.map(({ name, shape }) => [name, shape]));
  const tensors = new Map<string, SafeTensor>();
  for (const [name, data] of [...state.parameters, ...state.optimizer]) {
    const parameter = state.optimizer.has(name) ? name.slice(0, name.lastIndexOf('.')) : name;
    tensors.set(name, { shape: shapes.get(parameter) ?? [data.length], data });
  }
  const states = new Set([...state.optimizer.keys()].map((name) => name.slice(name.lastIndexOf('.') + 1)));
  return writeSafetensors(path, tensors, {
    position: JSON.stringify(at),
    data: JSON.stringify(data),
    states: JSON.stringify([...states]),
  });
}

/**
 * Reads a checkpoint back.
 * @param sha256 as recorded when it was written
 * @throws `file.unreadable`, `file.damaged`
 */
export async function readCheckpoint(path: string, sha256: string): Promise<ReadCheckpoint> {
  const bytes = await readVerified(path, sha256, { what: 'The checkpoint', hint: elsewhere });
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const parameters = new Map<string, Float32Array>();
  const optimizer = new Map<string, Float32Array>();
  const states = metadata.states === undefined ? usualStates : (JSON.parse(metadata.states) as string[]);
  for (const [name, { data }] of tensors) {
    const kept = states.includes(name.slice(name.lastIndexOf('.') + 1));
    (kept ? optimizer : parameters).set(name, data as Float32Array);
  }
  return {
    state: { parameters, optimizer },
    position: position.parse(JSON.parse(metadata.position ?? '{}')),
    data: trainingData.parse(JSON.parse(metadata.data ?? '{}')),
  };
}

const elsewhere =
  'Put the file back from a copy, or train the run again; its other checkpoints can be exported.';
