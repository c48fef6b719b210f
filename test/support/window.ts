import type { App } from './app.ts';

/** Goes to a page of the window by its address, as a link inside it does. Waits for the window first. */
export async function openPage(app: App, path: string): Promise<void> {
  await app.page.getByRole('navigation', { name: 'Activities' }).waitFor();
  await app.page.evaluate((hash) => {
    location.hash = hash;
  }, path);
}

/** A one-run experiment that trains for a moment, or (with many epochs) as long as a test looks. */
export const smallExperiment = (name: string, epochs = 1) => ({
  version: 1,
  name,
  dataset: { name: 'mnist', validation: 1000, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5', options: { activation: 'relu' } },
  train: { epochs, optimizer: { type: 'sgd', lr: 0.05 } },
  seeds: [1],
});

/** Queues an experiment and ends its runs at once, for specs that are about the window. Gives their ids. */
export async function stoppedRuns(app: App, name: string, seeds: number[]): Promise<string[]> {
  const { runs } = await app.call('experiments.create', { config: { ...smallExperiment(name, 50), seeds } });
  for (const run of runs) await app.call('runs.stop', { run });
  for (;;) {
    const rows = await app.call('runs.list', {});
    if (rows.filter((row) => runs.includes(row.id)).every((row) => row.status === 'stopped')) return runs;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Trains an experiment of one run to its end. Gives its id; fails with what it failed of. */
export async function trainedRun(app: Pick<App, 'call'>, config: unknown): Promise<string> {
  const { runs } = await app.call('experiments.create', { config });
  const run = runs[0] as string;
  for (;;) {
    const { summary } = await app.call('runs.get', { run });
    if (summary.status === 'finished') return run;
    if (summary.status === 'failed') throw new Error(JSON.stringify(summary.error));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
