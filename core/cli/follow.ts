import type { RunStatus, RunSummary } from '../contract/runs.ts';
import type { Engine } from '../engine/api.ts';
import { call } from './call.ts';
import type { ProgressView } from './progress.ts';

const underWay: ReadonlySet<RunStatus> = new Set(['queued', 'running']);

export interface FollowOptions {
  readonly engine: Engine;
  readonly runs: readonly string[];
  readonly view: ProgressView;
  /** Resolves when the user wants to leave: what runs is checkpointed, and all is left paused. */
  readonly interrupted: Promise<void>;
}

/** Shows runs until each has come to rest, whichever engine trains it. Returns them in the order given. */
export async function followRuns({ engine, runs, view, interrupted }: FollowOptions): Promise<RunSummary[]> {
  const latest = new Map<string, RunSummary>();
  const wanted = new Set(runs);
  const inOrder = () => runs.map((id) => latest.get(id)).filter((run) => run !== undefined);
  // Waiting for a device that another process has leaves nothing else to keep this one alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  const stop = await new Promise<() => void>((resolve, reject) => {
    const take = (changed: readonly RunSummary[]) => {
      const ours = changed.filter(({ id }) => wanted.has(id));
      for (const run of ours) latest.set(run.id, run);
      if (ours.length === 0) return;
      view.update(inOrder());
      if (inOrder().length === runs.length && inOrder().every(({ status }) => !underWay.has(status)))
        resolve(unsubscribe);
    };
    const unsubscribe = engine.subscribe((events) => {
      for (const event of events) if (event.type === 'runs.changed') take(event.runs);
    });
    void interrupted.then(() => pauseAll(engine, inOrder())).catch(reject);
    call(engine, 'runs.list', {}).then(take, reject);
  }).finally(() => clearInterval(alive));
  stop();
  view.end();
  return inOrder();
}

async function pauseAll(engine: Engine, runs: readonly RunSummary[]): Promise<void> {
  // Those that wait first, so that none of them starts when a device comes free.
  const waiting = runs.filter(({ status }) => status === 'queued');
  const running = runs.filter(({ status }) => status === 'running');
  for (const { id } of [...waiting, ...running])
    await call(engine, 'runs.pause', { run: id }).catch(() => undefined);
}
