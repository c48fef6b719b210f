import { expect, it } from 'vitest';
import { expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { findPresetExperiment, presetExperiments } from '../../../core/train/preset-experiments.ts';

it('every experiment that comes with the app can be started as it is, and says what it is', async () => {
  const all = await presetExperiments();
  expect(all.length).toBeGreaterThan(0);
  for (const { name, description } of all) {
    const runs = expandExperiment(parseExperiment({ config: await findPresetExperiment(name) }));
    expect(runs.length, name).toBeGreaterThan(0);
    expect(description, name).not.toBe('');
  }
});
