import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MetricPoint } from '../../core/contract/events.ts';
import { openStore } from '../../core/store/store.ts';
import { onSmallDisk } from '../support/small-disk.ts';
import { queueRuns } from '../support/store.ts';

const points = (run: string, from: number): MetricPoint[] =>
  Array.from({ length: 1000 }, (_, index) => {
    const step = from + index;
    return { run, metric: 'train/loss', step, epoch: step / 100, seconds: step / 3, value: 1 / step };
  });

test('a full disk is said to be full, costs nothing that was stored, and is no obstacle once there is room', async ({
  skip,
}) => {
  await onSmallDisk(skip, 4096, (disk) => {
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(2_000_000));
    const store = openStore(disk);
    const [run = ''] = queueRuns(store, 'a');
    let stored = 0;
    const fill = () => {
      for (;;) {
        store.metrics.append(points(run, stored + 1));
        stored += 1000;
      }
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'disk.full', subject: store.path }));
    expect(stored).toBeGreaterThan(0);
    expect(store.metrics.series(run, 'train/loss').total).toBe(stored);
    rmSync(ballast);
    store.metrics.append(points(run, stored + 1));
    expect(store.metrics.series(run, 'train/loss').total).toBe(stored + 1000);
    store.close();
  });
});
