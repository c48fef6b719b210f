import { afterAll, beforeAll, expect, it } from 'vitest';
import { answer } from '../../../core/engine/answer.ts';
import type { Engine } from '../../../core/engine/api.ts';
import { createEngine } from '../../../core/engine/engine.ts';
import { temporaryFolder } from '../../support/project.ts';

const home = temporaryFolder();
let engine: Engine;
let run = '';

beforeAll(async () => {
  engine = await createEngine({ home: home.path, runJobs: false });
  const config = {
    version: 1,
    name: 'waiting',
    dataset: { name: 'mnist' },
    model: { preset: 'lenet-5' },
    train: { epochs: 1 },
  };
  const created = (await engine.call('experiments.create', { config })) as { runs: string[] };
  run = created.runs[0] as string;
});

afterAll(async () => {
  await engine.close();
  home.remove();
});

it('tells a window null where there is nothing to show, which is not an empty object', async () => {
  expect(await answer(engine, { id: 7, method: 'runs.confusion', params: { run } })).toEqual({
    id: 7,
    result: null,
  });
});

it('tells it a failure as data', async () => {
  const reply = await answer(engine, { id: 8, method: 'runs.get', params: { run: 'nobody' } });
  expect(reply).toMatchObject({ id: 8, error: { code: 'run.unknown' } });
});
