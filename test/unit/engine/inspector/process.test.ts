import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../../../core/engine/engine.ts';
import { Inspector } from '../../../../core/engine/inspector/inspector.ts';
import { inspectedRun, testImage } from '../../../support/inspect.ts';
import { ask } from '../../../support/training.ts';

describe('the process that looks into networks', () => {
  let opened: Awaited<ReturnType<typeof inspectedRun>>;
  beforeEach(async () => {
    opened = await inspectedRun();
  });
  afterEach(() => opened[Symbol.dispose]());

  test('answers through the engine what is answered in one’s own process, and ends with it', async () => {
    const { run, home } = opened;
    const engine = await createEngine({ home, runJobs: false });
    const params = { run, image: testImage(5) };
    try {
      expect(await ask(engine, 'runs.featureMaps', params)).toEqual(
        await opened.ask('runs.featureMaps', params),
      );
      await expect(ask(engine, 'runs.featureMaps', { ...params, run: 'nobody' })).rejects.toMatchObject({
        code: 'run.unknown',
      });
    } finally {
      await engine.close();
    }
  });

  test('is started anew after it was lost; who asked is told', async () => {
    const inspector = new Inspector(opened.home);
    const params = { run: opened.run, image: testImage(1) };
    const first = await inspector.ask('runs.featureMaps', params);
    const pending = inspector.ask('runs.occlusion', params);
    process.kill(inspector.pid as number, 'SIGKILL');
    await expect(pending).rejects.toMatchObject({
      code: 'worker.lost',
      message: expect.stringContaining('SIGKILL'),
    });
    expect(await inspector.ask('runs.featureMaps', params)).toEqual(first);
    const open = inspector.ask('runs.occlusion', params);
    await Promise.all([
      expect(open).rejects.toMatchObject({ code: 'engine.unavailable' }),
      inspector.close(),
    ]);
  });
});
