import type { Owner } from '../../core/store/owners.ts';
import type { Claim } from '../../core/store/queue.ts';
import type { NewRun } from '../../core/store/runs.ts';
import { openStore, type Store } from '../../core/store/store.ts';
import { temporaryFolder } from './project.ts';

/** A run of nothing in particular. */
export function aRun(name: string, changes: Partial<NewRun> = {}): NewRun {
  return {
    name,
    seed: 1,
    choices: {},
    config: { name },
    backend: 'auto',
    epochs: 10,
    select: { metric: 'validation/accuracy', direction: 'max' },
    environment: {},
    ...changes,
  };
}

/** A store in a folder of its own; both end with `using`. */
export function temporaryStore(): { store: Store; home: string } & Disposable {
  const folder = temporaryFolder();
  const store = openStore(folder.path);
  return {
    store,
    home: folder.path,
    [Symbol.dispose]() {
      store.close();
      folder.remove();
    },
  };
}

/** Queues runs of these names in one experiment. Returns their ids. */
export function queueRuns(store: Store, ...names: string[]): string[] {
  return store.runs.create(
    store.experiments.create('an experiment', {}),
    names.map((name) => aRun(name)),
  );
}

/** Gives the next waiting run to an owner, on a device with room for everyone. */
export function claimNext(store: Store, owner: Owner): Claim {
  const claim = store.queue.claim(owner, () => [{ device: 'cpu', share: 1, capacity: 1000 }]);
  if (!claim) throw new Error('nothing waits in the queue');
  return claim;
}

/** An owner whose process ended long ago: no system gives a process this number. */
export function goneOwner(store: Store): Owner {
  return store.owners.register(2 ** 31 - 2);
}
