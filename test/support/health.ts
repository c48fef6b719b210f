import type { Backend } from '../../core/backends/backend.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../core/train/experiment.ts';
import { openSession } from '../../core/train/session.ts';
import { HealthProbe } from '../../core/train/snapshots/health.ts';
import { smallExperiment } from './checkpointed-run.ts';
import { installEightDigits } from './mnist.ts';
import { temporaryFolder } from './project.ts';

/** LeNet-5 on the eight digits, and who looks at its health: all five training images are the probe, and one batch. */
export async function healthProbed(
  changes: Readonly<Record<string, unknown>>,
  backend: Backend,
  activation = 'relu',
) {
  const folder = temporaryFolder();
  installEightDigits(folder.path);
  const [config] = expandExperiment(
    parseExperiment({
      config: {
        ...smallExperiment,
        model: { preset: 'lenet-5', options: { activation } },
        train: { ...smallExperiment.train, batchSize: 5, ...changes },
      },
    }),
  );
  const session = await openSession(config as RunConfig, { home: folder.path, backend, threads: 1 });
  const probe = await HealthProbe.open(session, backend, 1);
  return { session, probe, [Symbol.dispose]: () => folder.remove() };
}
