import type { CheckpointChoice } from '../store/checkpoints.ts';
import type { Store } from '../store/store.ts';
import type { RunConfig } from '../train/experiment.ts';
import type { Column } from '../train/judge.ts';

/**
 * A run with the weights that it is to be judged by.
 * @throws `run.unknown`; `argument.invalid` where there is no such checkpoint
 */
export function judgedColumn(store: Store, run: string, choice: CheckpointChoice): Column {
  const config = store.runs.setup(run).config as RunConfig;
  const { path, sha256, epoch } = store.checkpoints.find(run, choice);
  return { run, config, checkpoint: { path, sha256, epoch } };
}
