import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { derivedKeys } from '../../contract/averaged.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { Result } from '../../contract/methods.ts';
import type { KeptEpochs, RunStatus, SnapshotKind } from '../../contract/runs.ts';
import { packSettings } from '../../contract/settings.ts';
import { describeModel } from '../../graph/describe.ts';
import { buildGraph } from '../../graph/graph.ts';
import { resolveModel } from '../../models/index.ts';
import { RunLog } from '../../pool/run-log.ts';
import { experimentToYaml, type RunConfig, runAsExperiment, runName } from '../../train/experiment.ts';
import { cleanUp } from '../clean-up.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { checkDevices } from '../device-advice.ts';
import { flatten } from '../differences.ts';
import { newRun } from '../new-run.ts';
import { repeatCommand } from '../repeat.ts';

type Names =
  | 'runs.list'
  | 'runs.settings'
  | 'runs.get'
  | 'runs.annotate'
  | 'runs.pause'
  | 'runs.resume'
  | 'runs.stop'
  | 'runs.extend'
  | 'runs.repeat'
  | 'runs.trash'
  | 'runs.restore'
  | 'runs.delete'
  | 'runs.cleanUp'
  | 'runs.log';

/** What is done to runs. Asking a run of another engine to pause or stop goes through the store. */
export function runHandlers(context: EngineContext): HandlersOf<Names> {
  const { store, changed } = context;
  const then = (work: () => void) => {
    work();
    changed();
    return {};
  };
  return {
    'runs.list': ({ trashed = false }) => store.runs.list({ trashed }),
    'runs.settings': ({ runs }) =>
      packSettings(store.runs.configs(runs).map(({ id, config }) => [id, leavesOf(config)])),
    'runs.get': ({ run }) => detail(context, run),
    'runs.annotate': ({ run, ...annotations }) => {
      const summary = store.runs.annotate(run, annotations);
      changed();
      return summary;
    },
    'runs.pause': ({ run }) => then(() => leave(context, run, 'pause')),
    'runs.stop': ({ run }) => then(() => leave(context, run, 'stop')),
    'runs.resume': async ({ run, backend }) => {
      if (backend !== undefined) await checkDevices(new Set([backend]));
      return then(() => resume(context, run, backend));
    },
    'runs.extend': ({ run, epochs }) => then(() => extend(context, run, epochs)),
    'runs.repeat': ({ run, seeds }) => {
      const runs = repeat(context, run, seeds);
      changed();
      return { runs };
    },
    'runs.trash': ({ runs }) => then(() => store.runs.trash(runs)),
    'runs.restore': ({ runs }) => then(() => store.runs.restore(runs)),
    'runs.delete': ({ runs }) =>
      then(() => {
        store.runs.delete(runs);
        for (const run of runs) rmSync(runFolder(context, run), { recursive: true, force: true });
      }),
    'runs.cleanUp': (query) => {
      const gone = cleanUp(context, query);
      if (!query.dryRun) changed();
      return gone;
    },
    'runs.log': ({ run, tail }) => {
      store.runs.row(run);
      return new RunLog(runFolder(context, run)).read(tail);
    },
  };
}

/** What the configuration itself says: not what follows from it, such as the run's name. */
function leavesOf(config: unknown): Record<string, unknown> {
  return Object.fromEntries(
    flatten(config).filter(([path]) => !derivedKeys.has(path.split('.')[0] as string)),
  );
}

function runFolder({ home }: EngineContext, run: string): string {
  return join(home, 'runs', run);
}

async function detail(context: EngineContext, run: string): Promise<Result<'runs.get'>> {
  const { store } = context;
  const { config: stored, environment } = store.runs.setup(run);
  const config = stored as RunConfig;
  return {
    summary: store.runs.get(run),
    config,
    yaml: experimentToYaml(runAsExperiment(config)),
    command: repeatCommand(config),
    environment,
    model: describeModel(buildGraph(await resolveModel(config.model)), config.train.batchSize),
    checkpoints: store.checkpoints
      .list(run)
      .map(({ epoch, step, bytes, best, last }) => ({ epoch, step, bytes, best, last })),
    kept: keptEpochs(context, run),
    diskBytes: folderBytes(runFolder(context, run)),
    metrics: store.metrics.names(run),
  };
}

/** A snapshot and a checkpoint of one epoch hold the same weights; amid an epoch there is only a checkpoint. */
function keptEpochs({ store }: EngineContext, run: string): KeptEpochs {
  const snapshots = store.snapshots.list(run);
  const kindOf = (kind: SnapshotKind) => snapshots.filter((each) => each.kind === kind);
  const of = (kind: SnapshotKind) => kindOf(kind).map(({ epoch }) => epoch);
  const size = (kept: typeof snapshots) => kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const weights = new Set([...of('weights'), ...store.checkpoints.list(run).map(({ epoch }) => epoch)]);
  return {
    weights: [...weights].sort((a, b) => a - b),
    predictions: of('predictions'),
    health: of('health'),
    bytes: size(snapshots),
    sizes: {
      weights: size(kindOf('weights')),
      predictions: size(kindOf('predictions')),
      health: size(kindOf('health')),
    },
  };
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    // Not trained yet, or a file went away while we looked.
    return 0;
  }
}

/** A run in a worker is asked, and answers within moments; any other changes its state at once. */
function leave({ store }: EngineContext, run: string, how: 'pause' | 'stop'): void {
  const { status } = store.runs.get(run);
  if (status === 'running') store.runs.request(run, how);
  else store.runs.transition(run, how === 'pause' ? 'paused' : 'stopped');
}

const resumable: ReadonlySet<RunStatus> = new Set(['paused', 'interrupted', 'failed', 'stopped']);

function resume({ store }: EngineContext, run: string, backend: string | undefined): void {
  const { status } = store.runs.get(run);
  if (!resumable.has(status)) {
    throw new ConvolabError('run.state', `Run ${run} is ${status} and cannot be resumed.`, {
      subject: run,
      hint: status === 'finished' ? 'Train it for more epochs instead.' : 'It is under way already.',
    });
  }
  store.transaction(() => {
    if (backend !== undefined) store.runs.moveTo(run, backend);
    store.runs.transition(run, 'queued');
  });
}

function extend({ store }: EngineContext, run: string, more: number): void {
  const { status, epoch } = store.runs.get(run);
  if (status !== 'finished' && status !== 'stopped') {
    throw new ConvolabError(
      'run.state',
      `Run ${run} is ${status}; only a finished or stopped run can be extended.`,
      {
        subject: run,
        hint: 'Resume it, or wait until it has finished.',
      },
    );
  }
  const config = store.runs.setup(run).config as RunConfig;
  const epochs = Math.floor(epoch) + more;
  store.transaction(() => {
    store.runs.extend(run, epochs, { ...config, train: { ...config.train, epochs } });
    store.runs.transition(run, 'queued');
  });
}

function repeat({ store }: EngineContext, run: string, seeds: readonly number[]): string[] {
  const config = store.runs.setup(run).config as RunConfig;
  const { experimentId } = store.runs.get(run);
  const configs = seeds.map((seed) => {
    const name = runName(config.experiment, config.choices, seed);
    return newRun({ ...config, seed, name });
  });
  return store.runs.create(experimentId, configs);
}
