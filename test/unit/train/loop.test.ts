import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProgramState } from '../../../core/backends/backend.ts';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../../core/train/checkpoints.ts';
import { evaluate } from '../../../core/train/evaluate.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../../core/train/experiment.ts';
import { type EpochResult, type Outcome, type Point, train } from '../../../core/train/loop.ts';
import { type Position, start } from '../../../core/train/position.ts';
import { openSession, type Session } from '../../../core/train/session.ts';
import { temporaryFolder } from '../../support/project.ts';
import { fingerprint, installBars, tinyExperiment } from '../../support/training.ts';

let home: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  home = temporaryFolder();
  installBars(home.path, { train: 110, test: 30 });
});
afterEach(() => home.remove());

function configOf(changes: Readonly<Record<string, unknown>> = {}): RunConfig {
  const [config] = expandExperiment(parseExperiment({ config: tinyExperiment(changes) }));
  return config as RunConfig;
}

const openTiny = (config = configOf()): Promise<Session> =>
  openSession(config, { home: home.path, backend: createReferenceBackend(), threads: 1 });

interface Recorded {
  outcome: Outcome;
  points: Point[];
  results: EpochResult[];
  kept: { position: Position; state: ProgramState }[];
}

/** Trains, leaving after so many looks at what is requested. */
async function trainRecorded(
  session: Session,
  from: Position = start,
  leave: { after: number; how: 'pause' | 'stop' } = { after: Number.POSITIVE_INFINITY, how: 'pause' },
): Promise<Recorded> {
  const record: Omit<Recorded, 'outcome'> = { points: [], results: [], kept: [] };
  let looks = 0;
  const outcome = await train(session, from, {
    requested: () => (looks++ >= leave.after ? leave.how : null),
    report: (points) => record.points.push(...points),
    evaluated: (result) => record.results.push(result),
    checkpoint: async (position) => {
      record.kept.push({ position, state: await session.program.state() });
    },
  });
  return { outcome, ...record };
}

/** Of parameters and optimizer state. */
async function bits(session: Session): Promise<string> {
  const { parameters, optimizer } = await session.program.state();
  return fingerprint(new Map([...parameters, ...optimizer]));
}

describe('training', () => {
  test('reports running means, the rate and the speed, evaluates after every epoch, and keeps each', async () => {
    const { outcome, points, results, kept } = await trainRecorded(await openTiny());
    expect(outcome).toBe('finished');
    expect(results.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
    ]);
    expect(kept.map(({ position }) => position)).toMatchObject([
      { epoch: 1, step: 5, stepInEpoch: 0, samples: 0 },
      { epoch: 2, step: 10 },
      { epoch: 3, step: 15 },
    ]);
    const ends = points.filter(({ metric, epoch }) => metric === 'train/loss' && Number.isInteger(epoch));
    expect(ends.map(({ step }) => step)).toEqual([5, 10, 15]);
    expect(new Set(points.map(({ metric }) => metric))).toEqual(
      new Set(['train/loss', 'train/accuracy', 'train/rate', 'train/images-per-second']),
    );
    expect(points.filter(({ metric }) => metric === 'train/rate').every(({ value }) => value === 0.01)).toBe(
      true,
    );
  });

  describe('by a clock on which every step is due to be reported', () => {
    let now = 0;
    beforeEach(() => {
      vi.spyOn(performance, 'now').mockImplementation(() => {
        now += 1000;
        return now;
      });
    });
    afterEach(() => vi.restoreAllMocks());

    test('reports from the first step, but later no mean over less than a twentieth of an epoch', async () => {
      const { points } = await trainRecorded(
        await openTiny(configOf({ train: { batchSize: 1, epochs: 2 }, dataset: { validation: 30 } })),
      );
      const loss = points.filter(({ metric }) => metric === 'train/loss').map(({ step }) => step);
      expect(loss.slice(0, 3)).toEqual([1, 2, 3]);
      expect(loss.filter((step) => step > 80).slice(0, 2)).toEqual([84, 85]);
      const rate = points.filter(({ metric }) => metric === 'train/rate').map(({ step }) => step);
      expect(rate).toContain(81);
    });

    test('measures the speed by the steps after the first, which warms up', async () => {
      const { points } = await trainRecorded(
        await openTiny(configOf({ train: { batchSize: 1, epochs: 1 } })),
      );
      const speed = points.filter(({ metric }) => metric === 'train/images-per-second');
      expect(speed[0]).toMatchObject({ step: 2, value: 1 });
    });
  });

  test('learns', async () => {
    const { results } = await trainRecorded(await openTiny(configOf({ train: { epochs: 6 } })));
    expect(results.at(-1)?.evaluations.find(({ split }) => split === 'test')?.accuracy).toBeGreaterThan(0.9);
  });

  test('trains the last partial batch', async () => {
    const session = await openTiny(
      configOf({ train: { epochs: 1, batchSize: 32 }, dataset: { validation: 0 } }),
    );
    const { kept, points } = await trainRecorded(session);
    expect(kept.at(-1)?.position.step).toBe(Math.ceil(110 / 32));
    const accuracy = points.find(({ metric, epoch }) => metric === 'train/accuracy' && epoch === 1);
    expect(Math.abs(((accuracy?.value ?? 0.5) * 110) % 1)).toBeLessThan(1e-9);
  });

  test('follows the schedule step by step', async () => {
    const schedule = { type: 'step', every: 1, factor: 0.5 };
    const { points } = await trainRecorded(await openTiny(configOf({ train: { schedule } })));
    const ends = points.filter(({ metric, epoch }) => metric === 'train/rate' && Number.isInteger(epoch));
    expect(ends.map(({ value }) => value)).toEqual([0.01, 0.005, 0.0025]);
  });

  test('is the same for the same seed, and another for another', async () => {
    const [first, second, other] = [configOf(), configOf(), configOf({ seeds: [2] })];
    const trained = [];
    for (const config of [first, second, other]) {
      const session = await openTiny(config);
      await trainRecorded(session);
      trained.push(await bits(session));
    }
    expect(trained[0]).toBe(trained[1]);
    expect(trained[0]).not.toBe(trained[2]);
  });

  test.each([0, 1, 2, 3, 5, 6, 8])(
    'left after %i looks and gone on with from its checkpoint file, ends in the very same weights',
    async (after) => {
      const whole = await openTiny();
      const uninterrupted = await trainRecorded(whole);

      const first = await openTiny();
      const left = await trainRecorded(first, start, { after, how: 'pause' });
      expect(left.outcome).toBe('paused');
      const { position, state } = left.kept.at(-1) ?? { position: start, state: await first.program.state() };
      const path = `${home.path}/checkpoint.safetensors`;
      const { sha256 } = await writeCheckpoint(path, first.program.plan, state, position, first.data);

      const second = await openTiny();
      const read = await readCheckpoint(path, sha256);
      second.program.setState(read.state);
      const resumed = await trainRecorded(second, read.position);

      expect(await bits(second)).toBe(await bits(whole));
      expect(resumed.results.at(-1)).toMatchObject({
        step: 15,
        evaluations: uninterrupted.results.at(-1)?.evaluations as never,
      });
      const last = (points: Point[]) => points.findLast(({ metric }) => metric === 'train/accuracy')?.value;
      expect(last([...left.points, ...resumed.points])).toBe(last(uninterrupted.points));
    },
  );

  test('goes on in the very same bits with everything that has a memory or a draw of its own', async () => {
    const config = configOf({
      train: {
        epochs: 4,
        optimizer: { type: 'adamw', lr: 0.01 },
        schedule: { type: 'plateau', patience: 1, factor: 0.5 },
        clip: { type: 'norm', bound: 0.5 },
        average: { type: 'exponential', decay: 0.9 },
      },
      dataset: { augment: [{ type: 'shift' }, { type: 'elastic' }] },
    });
    const whole = await openTiny(config);
    const uninterrupted = await trainRecorded(whole);

    const first = await openTiny(config);
    const left = await trainRecorded(first, start, { after: 9, how: 'pause' });
    const kept = left.kept.at(-1) as Recorded['kept'][number];
    const path = `${home.path}/checkpoint.safetensors`;
    const { sha256 } = await writeCheckpoint(path, first.program.plan, kept.state, kept.position, first.data);
    const read = await readCheckpoint(path, sha256);
    expect([...read.state.optimizer.keys()].sort()).toEqual([...kept.state.optimizer.keys()].sort());
    const second = await openTiny(config);
    second.program.setState(read.state);
    const rest = await trainRecorded(second, read.position);
    expect(rest.outcome).toBe('finished');
    expect(await bits(second)).toBe(await bits(whole));
    expect(rest.kept.at(-1)?.position.history).toEqual(uninterrupted.kept.at(-1)?.position.history);
  });

  test('ends early where it is asked to, and says why', async () => {
    const earlyStopping = { type: 'no-improvement', patience: 2, minimumChange: 1 };
    const session = await openTiny(configOf({ train: { epochs: 9, earlyStopping } }));
    const reasons: string[] = [];
    const epochs: number[] = [];
    const outcome = await train(session, start, {
      requested: () => null,
      report: () => undefined,
      evaluated: ({ epoch }) => epochs.push(epoch),
      checkpoint: async () => undefined,
      endsEarly: (reason) => reasons.push(reason),
    });
    expect(outcome).toBe('finished');
    expect(epochs).toEqual([1, 2, 3]);
    expect(reasons).toEqual([expect.stringContaining('after epoch 1')]);
  });

  test('asked to stop, keeps what it has amid the epoch', async () => {
    const { outcome, kept } = await trainRecorded(await openTiny(), start, { after: 1, how: 'stop' });
    expect(outcome).toBe('stopped');
    expect(kept.at(-1)?.position).toMatchObject({ epoch: 0, stepInEpoch: 1, step: 1, samples: 20 });
  });

  test('that runs away stops, naming step and layer, and marks the curve', async () => {
    const session = await openTiny(configOf({ train: { optimizer: { type: 'sgd', lr: 1e38 } } }));
    const points: Point[] = [];
    const running = train(session, start, {
      requested: () => null,
      report: (more) => points.push(...more),
      evaluated: () => undefined,
      checkpoint: async () => undefined,
    });
    await expect(running).rejects.toMatchObject({
      code: 'train.non-finite',
      subject: 'OUT',
      message: expect.stringMatching(/^Step \d+ \(epoch \d\)/),
    });
    expect(points.at(-1)).toMatchObject({ metric: 'train/loss', value: Number.NaN });
  });
});

describe('an evaluation', () => {
  test('counts every sample of its split once', async () => {
    const session = await openTiny();
    await trainRecorded(session);
    for (const [split, count] of [
      ['train', 90],
      ['validation', 20],
      ['test', 30],
    ] as const) {
      const result = await evaluate(session, split);
      expect(result).toMatchObject({ split, count });
      const confusion = result?.confusion ?? new Uint32Array(0);
      expect(confusion.reduce((sum, cell) => sum + cell, 0)).toBe(count);
      const diagonal = Array.from({ length: 10 }, (_, i) => confusion[11 * i] as number);
      expect(diagonal.reduce((sum, cell) => sum + cell, 0)).toBe(result?.correct);
      expect(result?.accuracy).toBe((result?.correct ?? 0) / count);
    }
  });

  test('that is interrupted gives no result', async () => {
    expect(await evaluate(await openTiny(), 'test', () => true)).toBeNull();
  });
});

describe('a checkpoint', () => {
  test('that was changed on disk is refused', async () => {
    const session = await openTiny();
    const path = `${home.path}/checkpoint.safetensors`;
    await writeCheckpoint(path, session.program.plan, await session.program.state(), start, session.data);
    await expect(readCheckpoint(path, '0'.repeat(64))).rejects.toMatchObject({
      code: 'file.damaged',
      subject: path,
    });
    await expect(readCheckpoint(`${path}.gone`, '')).rejects.toMatchObject({ code: 'file.unreadable' });
  });
});
