import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../backends/backend.ts';
import { writeCheckpoint } from '../../train/checkpoints.ts';
import type { Evaluation } from '../../train/evaluate.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../train/experiment.ts';
import { train } from '../../train/loop.ts';
import { type Position, start } from '../../train/position.ts';
import { findPresetExperiment } from '../../train/preset-experiments.ts';
import { openSession } from '../../train/session.ts';
import { SnapshotKeeper } from '../../train/snapshots/keeper.ts';
import { percent } from '../format.ts';
import type { Output } from '../output.ts';
import { median } from './results.ts';

/**
 * Pairs of epochs that count, after one to warm up; odd, so that one of them is the median. Many: the epochs of a busy machine
 * differ by more than snapshots cost.
 */
const rounds = 51;
/** Slower than without by at most this part. */
const wanted = 0.05;

interface Place {
  /** Data folder. */
  readonly home: string;
  readonly backend: Backend;
  readonly threads: number;
}

/** One run that is trained an epoch at a time, evaluated and checkpointed as any is. */
interface Side {
  /** Seconds of its next epoch, with all that is written at its end. */
  epoch(): Promise<number>;
  /** Bytes of all snapshots so far. */
  readonly bytes: number;
  end(): void;
}

/**
 * How much longer LeNet-5's epochs on MNIST take with the usual snapshots than with none, in pairs: the median of what each
 * costs more than its neighbour. Returns the exit code: 1 where it is more than is wanted.
 */
export async function showSnapshotCost(output: Output, place: Place): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'convolab-bench-'));
  try {
    const without = await openSide(place, join(folder, 'without'), false);
    const kept = await openSide(place, join(folder, 'with'), true);
    const pairs: { without: number; with: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      const pair = { without: Number.NaN, with: Number.NaN };
      // Whoever comes second finds a machine that the first has warmed up, or tired.
      for (const side of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
        pair[side] = await (side === 'with' ? kept : without).epoch();
      }
      if (round === 0) continue;
      pairs.push(pair);
      output.object({ event: 'round', round, ...pair });
    }
    const seconds = {
      with: median(pairs.map((pair) => pair.with)),
      without: median(pairs.map((pair) => pair.without)),
    };
    const slowdown = median(pairs.map((pair) => pair.with - pair.without)) / seconds.without;
    const megabytesPerEpoch = kept.bytes / 1e6 / (rounds + 1);
    output.object({ snapshots: { slowdown, wanted, seconds, rounds, megabytesPerEpoch } });
    output.text(
      `LeNet-5 on MNIST, medians of ${rounds} pairs of epochs: ${seconds.with.toFixed(3)} s with the usual snapshots ` +
        `(${megabytesPerEpoch.toFixed(2)} MB an epoch), ${seconds.without.toFixed(3)} s without: ` +
        `${percent(slowdown)} slower, at most ${percent(wanted)} is wanted`,
    );
    for (const side of [without, kept]) side.end();
    return slowdown <= wanted ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function openSide({ home, backend, threads }: Place, folder: string, keeps: boolean): Promise<Side> {
  const preset = await findPresetExperiment('lenet-5');
  const [published] = expandExperiment(parseExperiment({ config: preset })) as [RunConfig];
  const config = { ...published, train: { ...published.train, epochs: rounds + 1 } };
  const session = await openSession(config, { home, backend, threads });
  const keeper = new SnapshotKeeper(session, folder, { backend, threads });
  let position: Position = start;
  let evaluations: readonly Evaluation[] = [];
  let bytes = 0;
  const observer = {
    requested: () => null,
    report: () => undefined,
    evaluated(result: { evaluations: readonly Evaluation[] }) {
      evaluations = result.evaluations;
    },
    async checkpoint(at: Position) {
      position = at;
      const { program, data } = session;
      const state = await program.state();
      if (keeps) for (const { kept } of await keeper.keep(at, state, evaluations)) bytes += kept.bytes;
      await writeCheckpoint(join(folder, 'checkpoint.safetensors'), program.plan, state, at, data);
    },
  };
  return {
    async epoch() {
      const epochs = position.epoch + 1;
      const began = performance.now();
      await train(
        { ...session, config: { ...config, train: { ...config.train, epochs } } },
        position,
        observer,
      );
      return (performance.now() - began) / 1000;
    },
    get bytes() {
      return bytes;
    },
    end: () => session.program.dispose(),
  };
}
