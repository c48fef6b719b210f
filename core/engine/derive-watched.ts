import { ConvolabError } from '../contract/errors.ts';
import type { DatasetReference } from '../contract/specs.ts';
import { stoppable } from '../data/acquire/acquire.ts';
import type { OnDeriving } from '../data/derive/make.ts';
import { makeStored } from '../data/derive/open.ts';
import { completeReference } from '../data/derive/section.ts';
import { datasets } from '../data/index.ts';
import { Meter } from '../data/progress.ts';
import type { DataTasks, Watched } from './data-tasks.ts';

/**
 * Makes what a data section is derived by, as a task that can be watched and cancelled, so that whoever looks at it next
 * finds it there. Does nothing for what is not derived, nor for what could not be trained on as it is.
 * @throws what making it throws; the signal's reason
 */
export async function deriveWatched(
  reference: DatasetReference,
  home: string,
  tasks: DataTasks,
): Promise<void> {
  const { name, source, derive = [] } = reference;
  const section = derive.length > 0 ? reference : source ? undefined : datasets.get(name)?.madeFrom;
  if (section === undefined) return;
  // Complete, so that what is the same is one task.
  const wanted = completeReference(section);
  const work = ({ signal, onProgress }: Watched) => {
    const meter = new Meter(onProgress);
    let begun: Parameters<OnDeriving>[0] | undefined;
    const told: OnDeriving = (phase, done, total) => {
      if (begun !== phase) meter.begin(phase, total);
      begun = phase;
      meter.at(done);
    };
    const make = () => makeStored(wanted, home, { signal, onProgress: told }).finally(() => meter.end());
    return stoppable(signal, name, make, { keeps: false });
  };
  try {
    await tasks.run(name, 'prepare', work, JSON.stringify(wanted));
  } catch (thrown) {
    if (!(thrown instanceof ConvolabError) || thrown.code !== 'spec.invalid') throw thrown;
  }
}
