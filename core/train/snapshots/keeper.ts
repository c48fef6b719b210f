import type { Backend, ProgramState } from '../../backends/backend.ts';
import type { SnapshotKind } from '../../contract/runs.ts';
import type { SafeTensor } from '../../export/safetensors.ts';
import { judgedParameters } from '../averaging.ts';
import type { Evaluation } from '../evaluate.ts';
import type { Position } from '../position.ts';
import type { Session } from '../session.ts';
import {
  predictionTensors,
  trainedOnMetadata,
  type WrittenSnapshot,
  weightTensors,
  writeHealth,
  writeSnapshot,
} from './files.ts';
import { HealthProbe, healthBytes } from './health.ts';
import { keptEvery, type SnapshotSpec, usualSnapshots } from './policy.ts';

export interface KeptSnapshot {
  readonly kept: WrittenSnapshot;
  /** Those of this kind whose epoch is a multiple of it stay. */
  readonly every: number;
}

/** On what the network trains. */
interface Device {
  readonly backend: Backend;
  readonly threads: number;
}

/** Writes what is kept of a run's epochs. */
export class SnapshotKeeper {
  readonly #session: Session;
  readonly #folder: string;
  readonly #device: Device;
  readonly #spec: SnapshotSpec;
  #probe: HealthProbe | null = null;

  /** @param folder of the run */
  constructor(session: Session, folder: string, device: Device) {
    this.#session = session;
    this.#folder = folder;
    this.#device = device;
    this.#spec = session.config.train.snapshots ?? usualSnapshots;
  }

  /**
   * Writes what is due at the end of an epoch.
   * @param evaluations of that epoch
   * @throws `disk.full`, `file.unwritable`
   */
  async keep(
    position: Position,
    state: ProgramState,
    evaluations: readonly Evaluation[],
  ): Promise<KeptSnapshot[]> {
    const { config, program, data } = this.#session;
    const { epoch } = position;
    const weights = weightTensors(program.plan, judgedParameters(state, config.train.average));
    const written = [
      await this.#write('weights', epoch, weights, trainedOnMetadata(data)),
      await this.#write('predictions', epoch, predictionTensors(evaluations), trainedOnMetadata(data)),
      await this.#writeHealth(position, state),
    ];
    return written.filter((each) => each !== null);
  }

  async #write(
    kind: SnapshotKind,
    epoch: number,
    tensors: ReadonlyMap<string, SafeTensor>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<KeptSnapshot | null> {
    const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const every = keptEvery(kind, epoch, bytes, this.#spec);
    if (every === null || epoch % every !== 0) return null;
    return { kept: await writeSnapshot(this.#folder, kind, epoch, tensors, metadata), every };
  }

  async #writeHealth(position: Position, state: ProgramState): Promise<KeptSnapshot | null> {
    const { epoch } = position;
    const every = keptEvery('health', epoch, healthBytes(this.#session.program.plan), this.#spec);
    if (every === null || epoch % every !== 0) return null;
    this.#probe ??= await HealthProbe.open(this.#session, this.#device.backend, this.#device.threads);
    return { kept: await writeHealth(this.#folder, await this.#probe.look(state, position)), every };
  }
}
