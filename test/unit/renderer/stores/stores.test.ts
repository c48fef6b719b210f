import { createPinia, setActivePinia } from 'pinia';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { watchEffect } from 'vue';
import { useBridge } from '../../../../renderer/app/bridge.ts';
import { useCatalogStore } from '../../../../renderer/stores/catalog.ts';
import { useDatasetsStore } from '../../../../renderer/stores/datasets.ts';
import { useExperimentsStore } from '../../../../renderer/stores/experiments.ts';
import { useMetricsStore } from '../../../../renderer/stores/metrics.ts';
import { useRunsStore } from '../../../../renderer/stores/runs.ts';
import { startSync } from '../../../../renderer/stores/sync.ts';
import { useToastStore } from '../../../../renderer/stores/toasts.ts';
import { provideEngine, type StoreEngine } from '../engine.ts';

let engine: StoreEngine;
beforeAll(async () => {
  engine = await provideEngine();
});
afterAll(() => engine.close());
beforeEach(() => {
  setActivePinia(createPinia());
});

/** Two runs, ended before they come far: these tests are about the window. */
async function makeRuns(): Promise<string[]> {
  const text =
    'version: 1\nname: stores\ndataset: { name: mnist }\nmodel: { preset: lenet-5 }\ntrain: {}\nseeds: [1, 2]\n';
  const created = await useExperimentsStore().create({ text });
  for (const run of created.runs) await useBridge().call('runs.stop', { run });
  await expect
    .poll(async () => (await useBridge().call('runs.list', {})).every((run) => run.status === 'stopped'))
    .toBe(true);
  return created.runs;
}

test('a curve that was asked for grows with the engine’s events, and a point that comes twice counts once', async () => {
  const [run = ''] = await makeRuns();
  const metrics = useMetricsStore();
  startSync();
  await metrics.ensure([run!], ['test/loss']);
  const seen: number[] = [];
  watchEffect(() => seen.push(metrics.curve(run!, 'test/loss')?.values.length ?? 0), { flush: 'sync' });

  const point = { run: run, metric: 'test/loss', step: 10, epoch: 0.1, seconds: 1, value: 2.3 };
  engine.emit([{ type: 'metrics.appended', points: [point, { ...point, step: 20, value: null }] }]);
  engine.emit([{ type: 'metrics.appended', points: [{ ...point, step: 20, value: 9 }] }]);

  expect(metrics.curve(run!, 'test/loss')).toMatchObject({ steps: [10, 20], values: [2.3, null] });
  expect(seen).toEqual([0, 2]);
});

test('runs come from the engine, change by its events and leave with them', async () => {
  const created = await makeRuns();
  const runs = useRunsStore();
  startSync();
  await runs.load();
  const row = runs.byId.get(created[0]!)!;
  expect(row.status).toBe('stopped');

  engine.emit([{ type: 'runs.changed', runs: [{ ...row, status: 'running' }] }]);
  expect(runs.byId.get(row.id)?.status).toBe('running');
  engine.emit([{ type: 'runs.removed', runs: [row.id] }]);
  expect(runs.byId.has(row.id)).toBe(false);
});

test('a run moved to the trash comes back with undo', async () => {
  const [run] = await makeRuns();
  const runs = useRunsStore();
  await runs.load();
  await runs.trash([run!]);
  expect(runs.byId.has(run!)).toBe(false);

  expect(useToastStore().undoNewest()).toBe(true);
  await expect.poll(() => runs.byId.has(run!)).toBe(true);
});

test('hiding a run leaves every other run visible', async () => {
  const created = await makeRuns();
  const runs = useRunsStore();
  await runs.load();
  runs.setVisible([created[0]!], false);
  const visible = runs.visible.map((run) => run.id);
  expect(visible).not.toContain(created[0]);
  expect(visible).toEqual(expect.arrayContaining(created.slice(1)));
});

test('the list of data sets is read anew after work that was too short to be told of, and only then', async () => {
  const [catalog, datasets] = [useCatalogStore(), useDatasetsStore()];
  await startSync();
  const read = catalog.catalog;
  engine.emit([{ type: 'datasets.changed', work: { tasks: [], revision: datasets.revision } }]);
  await useBridge().call('catalog.get', {});
  expect(catalog.catalog).toBe(read);
  engine.emit([{ type: 'datasets.changed', work: { tasks: [], revision: datasets.revision + 1 } }]);
  await expect.poll(() => catalog.catalog).not.toBe(read);
});
