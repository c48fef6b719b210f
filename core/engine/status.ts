import { availableParallelism, totalmem } from 'node:os';
import type { EngineStatus } from '../contract/events.ts';
import type { Pool } from '../pool/pool.ts';
import type { Store } from '../store/store.ts';
import { GpuMemory } from './gpu-memory.ts';

/** Measures what the status bar shows; each call covers the time since the last. */
export class StatusMeter {
  readonly #store: Store;
  readonly #pool: Pool | null;
  readonly #gpu = new GpuMemory();
  #cpu = process.cpuUsage();
  #time = performance.now();

  constructor(store: Store, pool: Pool | null) {
    this.#store = store;
    this.#pool = pool;
  }

  measure(): EngineStatus {
    const entries = this.#store.queue.list();
    const running = entries.filter(({ status }) => status === 'running');
    const runs = running.map(({ run }) => this.#store.runs.get(run));
    const speeds = runs.map(({ imagesPerSecond }) => imagesPerSecond).filter((speed) => speed !== null);
    const devices = new Set(runs.map(({ device }) => device ?? 'cpu'));
    return {
      device: [...devices].sort().join(', ') || 'cpu',
      imagesPerSecond: speeds.length > 0 ? speeds.reduce((sum, speed) => sum + speed, 0) : null,
      queued: entries.length - running.length,
      running: running.length,
      memoryBytes: process.memoryUsage.rss() + (this.#pool?.memoryBytes ?? 0),
      memoryTotal: totalmem(),
      gpuMemory: this.#gpu.read(),
      cpu: this.#cpuShare(),
      storeBytes: this.#store.bytes(),
    };
  }

  /** Of the engine and its workers, over all cores. */
  #cpuShare(): number {
    const used = process.cpuUsage(this.#cpu);
    const now = performance.now();
    const engine = (used.user + used.system) / 1000 / Math.max(1, now - this.#time);
    this.#cpu = process.cpuUsage();
    this.#time = now;
    return Math.min(1, (engine + (this.#pool?.cpuCores ?? 0)) / availableParallelism());
  }
}
