import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createReferenceBackend } from '../../../core/backends/reference/index.ts';
import { expandExperiment, parseExperiment, type RunConfig } from '../../../core/train/experiment.ts';
import { openSession } from '../../../core/train/session.ts';
import { temporaryFolder } from '../../support/project.ts';
import { installBars, tinyExperiment } from '../../support/training.ts';

test('a network that cannot be built ends the making of its data, which leaves nothing', async () => {
  using home = temporaryFolder();
  installBars(home.path, { train: 200, test: 40 });
  const derive = [{ type: 'pairs', train: 150_000, test: 10 }];
  const dataset = { name: 'mnist', validation: 0, preprocess: [], derive };
  const [config] = expandExperiment(parseExperiment({ config: tinyExperiment({ dataset }) })) as [RunConfig];
  const model = { preset: 'nothing like it' } as unknown as RunConfig['model'];
  const opening = openSession(
    { ...config, model },
    { home: home.path, backend: createReferenceBackend(), threads: 1 },
  );
  await expect(opening).rejects.toThrow(/no preset/);
  // Longer than the set takes to be begun.
  await sleep(1500);
  const folder = join(home.path, 'datasets', 'derived');
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});
