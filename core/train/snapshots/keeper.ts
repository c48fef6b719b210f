import type { ProgramState } from '../../backends/backend.ts';
import type { SnapshotKind } from '../../contract/runs.ts';
import type { SafeTensor } from '../../export/safetensors.ts';
import { judgedParameters } from '../averaging.ts';
import type { Evaluation } from '../evaluate.ts';
import type { Session } from '../session.ts';
import {
  predictionTensors,
  trainedOnMetadata,
  type WrittenSnapshot,
  weightTensors,
  writeSnapshot,
} from './files.ts';
import { keptEvery, type SnapshotSpec, usualSnapshots } from './policy.ts';

export interface KeptSnapshot {
  readonly kept: WrittenSnapshot;
  /** Those of this kind whose epoch is a multiple of it stay. */
  readonly every: number;
}

/** Writes what is kept of a run's epochs. */
export class SnapshotKeeper {
  readonly #session: Session;
  readonly #folder: string;
  readonly #spec: SnapshotSpec;

  /** @param folder of the run */
  constructor(session: Session, folder: string) {
    this.#session = session;
    this.#folder = folder;
    this.#spec = session.config.train.snapshots ?? usualSnapshots;
  }

  /**
   * Writes what is due at the end of an epoch.
   * @param evaluations of that epoch
   * @throws `disk.full`, `file.unwritable`
   */
  async keep(
    epoch: number,
    state: ProgramState,
    evaluations: readonly Evaluation[],
  ): Promise<KeptSnapshot[]> {
    const { config, program, data } = this.#session;
    const weights = weightTensors(program.plan, judgedParameters(state, config.train.average));
    const written = [
      await this.#write('weights', epoch, weights, trainedOnMetadata(data)),
      await this.#write('predictions', epoch, predictionTensors(evaluations)),
    ];
    return written.filter((each) => each !== null);
  }

  async #write(
    kind: SnapshotKind,
    epoch: number,
    tensors: ReadonlyMap<string, SafeTensor>,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<KeptSnapshot | null> {
    const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const every = keptEvery(kind, epoch, bytes, this.#spec);
    if (every === null || epoch % every !== 0) return null;
    return { kept: await writeSnapshot(this.#folder, kind, epoch, tensors, metadata), every };
  }
}
