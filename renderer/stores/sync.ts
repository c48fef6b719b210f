import type { EngineEvent } from '../../core/contract/events.ts';
import { useBridge } from '../app/bridge.ts';
import { useCatalogStore } from './catalog.ts';
import { useDatasetsStore } from './datasets.ts';
import { useMetricsStore } from './metrics.ts';
import { useQueueStore } from './queue.ts';
import { useRunsStore } from './runs.ts';
import { useSettingsStore } from './settings.ts';
import { useStatusStore } from './status.ts';

async function loadAll(): Promise<void> {
  // Each store keeps its own failure for the view that needs it; a lost connection is told by its banner.
  await Promise.allSettled([
    useStatusStore().load(),
    useRunsStore().load(),
    useQueueStore().load(),
    useCatalogStore().load(),
    useDatasetsStore().load(),
    useSettingsStore().load(),
    useMetricsStore().reload(),
  ]);
}

function apply(event: EngineEvent): void {
  switch (event.type) {
    case 'runs.changed':
      useRunsStore().changed(event.runs);
      break;
    case 'runs.removed':
      useRunsStore().removed(event.runs);
      useMetricsStore().forget(event.runs);
      break;
    case 'metrics.appended':
      useMetricsStore().appended(event.points);
      break;
    case 'queue.changed':
      useQueueStore().changed(event.entries);
      break;
    case 'datasets.changed':
      useDatasetsStore().changed(event.work);
      break;
    case 'home.moving':
      useSettingsStore().moving = event.report;
      break;
    case 'status':
      useStatusStore().engine = event.status;
      break;
    case 'engine.restarted':
      useSettingsStore().moving = null;
      void loadAll();
      break;
  }
}

/** Tries again at once to reach an engine that failed, and reads everything anew. */
export async function retrySync(): Promise<void> {
  useBridge().reconnect();
  await loadAll();
}

/** Fills the stores, and keeps them in step with the engine over any number of lost connections. Call once. */
export function startSync(): Promise<void> {
  const bridge = useBridge();
  const status = useStatusStore();
  let wasLost = false;
  bridge.subscribe((events) => {
    for (const event of events) apply(event);
  });
  bridge.onConnection((connected) => {
    status.setConnected(connected);
    if (connected && wasLost) void loadAll();
    wasLost = !connected;
    // Asked at once, so that a window that was shut out learns it; otherwise answered when the connection is back.
    if (!connected) void status.load();
  });
  return loadAll();
}
