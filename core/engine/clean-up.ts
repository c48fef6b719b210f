import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ParsedParams, Result } from '../contract/methods.ts';
import type { EngineContext } from './context.ts';

/**
 * Deletes snapshots of a run, or tells what would go. Checkpoints are none, and stay; so do the snapshots of the best epoch
 * and the last of each kind.
 * @throws `run.unknown`
 */
export function cleanUp(
  { store, home }: Pick<EngineContext, 'store' | 'home'>,
  { run, kinds, every, dryRun = false }: ParsedParams<'runs.cleanUp'>,
): Result<'runs.cleanUp'> {
  const { bestEpoch } = store.runs.get(run);
  const all = store.snapshots.list(run);
  const doomed = all.filter(({ kind, epoch }) => {
    const last = all.findLast((each) => each.kind === kind)?.epoch;
    const stays = epoch === bestEpoch || epoch === last || (every !== null && epoch % every === 0);
    return kinds.includes(kind) && !stays;
  });
  if (!dryRun) {
    store.transaction(() => {
      for (const { kind, epoch } of doomed) store.snapshots.remove(run, kind, epoch);
    });
    for (const { path } of doomed) rmSync(join(home, path), { force: true });
  }
  return { files: doomed.length, bytes: doomed.reduce((sum, { bytes }) => sum + bytes, 0) };
}
