import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Backend } from '../backends/backend.ts';
import { openDevice } from '../backends/index.ts';
import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import type { OnDeriving } from '../data/derive/make.ts';
import { checkpointFile, readCheckpoint, writeCheckpoint } from '../train/checkpoints.ts';
import type { Evaluation } from '../train/evaluate.ts';
import { type Observer, type Outcome, type Point, train } from '../train/loop.ts';
import { start } from '../train/position.ts';
import { openSession, type Session } from '../train/session.ts';
import { SnapshotKeeper } from '../train/snapshots/keeper.ts';
import { mustBeTrainedOn } from '../train/training-data.ts';
import { type FromWorker, type Job, toWorker } from './protocol.ts';

/**
 * Entry of a worker process: trains one run, tells its engine, and ends. Without an engine there is nobody to record
 * anything, so it ends at once when the channel breaks.
 */
let requested: 'pause' | 'stop' | null = null;

/** Resolves once the message is on its way. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A system that forbids it still trains.
  }
}

/** Aborted as soon as the run is to end, for what is waited for before there is a loop that looks at `requested`. */
const ending = new AbortController();

function request(what: 'pause' | 'stop'): void {
  requested = what;
  ending.abort();
}

const percent = (done: number, total: number) => `${Math.floor((100 * done) / total)}%`;
const howMuch: Readonly<Record<Parameters<OnDeriving>[0], (done: number, total: number) => string>> = {
  fitting: (...share) => `what it needs to know of many samples, ${percent(...share)}`,
  drawing: (...share) => `drawing scenes, ${percent(...share)}`,
  deriving: (done, total) => `${Math.floor(done / 1e6)} of ${Math.ceil(total / 1e6)} MB`,
};

/** Seconds between two words of a set that is being derived. */
const wordEvery = 10;

/** Opens the session, which may take minutes where a data set has to be derived first. */
async function open(job: Job, backend: Backend): Promise<Session> {
  const alive = setInterval(sayAlive, 1000);
  let told = Number.NEGATIVE_INFINITY;
  const onProgress: OnDeriving = (phase, done, total) => {
    if (performance.now() - told < 1000 * wordEvery) return;
    told = performance.now();
    void log(`Deriving the data set: ${howMuch[phase](done, total)}.`);
  };
  try {
    const { home, threads } = job;
    const deriving = { signal: ending.signal, onProgress };
    return await openSession(job.config, { home, backend, threads, deriving });
  } finally {
    clearInterval(alive);
  }
}

async function work(job: Job): Promise<Outcome> {
  const backend = await openDevice(job.device, job.home);
  const session = await open(job, backend);
  const from =
    job.checkpoint && (await readCheckpoint(join(job.folder, job.checkpoint.file), job.checkpoint.sha256));
  if (from) {
    mustBeTrainedOn(from.data, session.data);
    session.program.setState(from.state);
  }
  const environment = {
    ...backend.device.details,
    device: backend.device.name,
    dataset: session.data.name,
    datasetVersion: session.dataVersion,
    datasetHash: session.data.hash,
  };
  await send({ type: 'ready', device: backend.device.id, environment });
  const threads = `${job.threads} ${job.threads === 1 ? 'thread' : 'threads'}`;
  const device = `${backend.device.name}, ${threads}, as process ${process.pid}`;
  const position = from?.position ?? start;
  await log(
    position.step === 0 ? `Training on ${device}.` : `Going on from step ${position.step} on ${device}.`,
  );
  return train(session, position, observer(job, session, backend));
}

let endedEarly: string | null = null;
let lastSign = 0;

/** Asked for between any two calls into the backend. */
function sayAlive(): void {
  const now = performance.now();
  if (now - lastSign < 1000) return;
  lastSign = now;
  void send({ type: 'alive' });
}

function observer(job: Job, session: Session, backend: Backend): Observer {
  const snapshots = new SnapshotKeeper(session, job.folder, { backend, threads: job.threads });
  /** Of the epoch that is about to be kept. */
  let evaluated: readonly Evaluation[] = [];
  return {
    requested() {
      sayAlive();
      return requested;
    },
    report(points, progress) {
      void send({ type: 'report', points: points.map(finite), progress, usage: usage() });
    },
    evaluated({ epoch, step, seconds, evaluations }) {
      evaluated = evaluations;
      // The engine has no use for what was predicted of every single sample.
      const results = evaluations.map(({ loss, predictions: _, scores: __, ...rest }) => ({
        ...rest,
        loss: finiteOrNull(loss),
      }));
      void send({ type: 'evaluated', epoch, step, seconds, evaluations: results });
    },
    endsEarly(reason) {
      endedEarly = reason;
    },
    async checkpoint(position, complete) {
      const file = checkpointFile(position);
      const { data, program } = session;
      const state = await program.state();
      const { epoch, step } = position;
      if (complete) {
        for (const { kept, every } of await snapshots.keep(position, state, evaluated)) {
          await send({ type: 'snapshot', ...kept, epoch, step, every });
        }
      }
      const written = await writeCheckpoint(join(job.folder, file), program.plan, state, position, data);
      await send({ type: 'checkpoint', file, epoch, step, bytes: written.bytes, sha256: written.sha256 });
    },
  };
}

let measured = { cpu: process.cpuUsage(), time: performance.now() };

/** Memory, and processor time since the last call. */
function usage(): { memoryBytes: number; cores: number } {
  const cpu = process.cpuUsage();
  const time = performance.now();
  const used = (cpu.user - measured.cpu.user + cpu.system - measured.cpu.system) / 1000;
  const cores = used / Math.max(1, time - measured.time);
  measured = { cpu, time };
  return { memoryBytes: process.memoryUsage.rss(), cores };
}

function finite(point: Point) {
  return { ...point, value: finiteOrNull(point.value) };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function log(text: string): Promise<void> {
  return send({ type: 'log', level: 'info', text });
}

async function run(job: Job): Promise<void> {
  let last: FromWorker;
  try {
    last = { type: 'ended', outcome: await work(job), reason: endedEarly };
  } catch (thrown) {
    if (thrown === ending.signal.reason)
      return leave({ type: 'ended', outcome: outcomeOf(requested), reason: null });
    if (!(thrown instanceof ConvolabError)) process.stderr.write(`${inspect(thrown)}\n`);
    last = { type: 'failed', error: withoutUndefined(describe(thrown)) };
  }
  return leave(last);
}

async function leave(last: FromWorker): Promise<void> {
  await send(last);
  process.exit(0);
}

function outcomeOf(asked: typeof requested): Outcome {
  return asked === 'stop' ? 'stopped' : 'paused';
}

/** Running out of memory is a thing that a user can do something about. */
function describe(thrown: unknown): ErrorJson {
  if (thrown instanceof RangeError && /allocation|array length/i.test(thrown.message)) {
    const hint = 'Use a smaller batch size.';
    return new ConvolabError('memory.exhausted', `Out of memory: ${thrown.message}.`, { hint }).toJSON();
  }
  return ConvolabError.from(thrown).toJSON();
}

function withoutUndefined(error: ErrorJson): ErrorJson {
  return JSON.parse(JSON.stringify(error)) as ErrorJson;
}

process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the engine decides what becomes of its workers.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => {
  if (requested === null) request('pause');
});
process.on('message', (message) => {
  const { type, ...rest } = toWorker.parse(message);
  if (type === 'start') void run((rest as { job: Job }).job);
  else request(type);
});
lowerPriority();
