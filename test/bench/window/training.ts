import type { Page } from 'playwright-core';
import { openStore, type Store } from '../../../core/store/store.ts';
import { type Finding, median, quantile } from './finding.ts';
import { heapBytes, type Session } from './session.ts';

/** Trains for longer than anybody measures: two activations, two seeds each. */
const experiment = {
  version: 1,
  name: 'four at once',
  dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5' },
  grid: { 'model.options.activation': ['sigmoid', 'relu'] },
  train: { epochs: 10_000, batchSize: 64, optimizer: { type: 'sgd', lr: 0.02 } },
  seeds: [1, 2],
  backend: 'cpu',
};

const metric = 'train/loss';

/** Four runs that train as fast as they can, with the comparison of them open, hovered and zoomed. */
export async function measureTraining(session: Session, home: string, seconds: number): Promise<Finding[]> {
  await session.call('settings.set', { values: { 'pool.cpuSlots': 4 } });
  const { runs } = await session.call('experiments.create', { config: experiment });
  await untilTraining(session, runs);
  await session.compare(runs);
  const { page } = session;
  await page.waitForTimeout(3000);
  const bystander = await session.bystander();
  const store = openStore(home);
  const before = await heapBytes(page);
  const end = performance.now() + 1000 * seconds;
  await page.evaluate(() => window.probes.watchFrames());
  const [, replies, lags] = await Promise.all([
    moveAbout(page, end),
    askAll(bystander, runs, end),
    followCurves(page, store, runs, end),
  ]);
  const frames = await page.evaluate(() => window.probes.frames());
  const after = await heapBytes(page);
  store.close();
  await bystander.context().close();
  for (const run of runs) await session.call('runs.stop', { run });
  return [
    { what: 'four runs training: frame gap, p99', measured: quantile(frames, 0.99), wanted: 50, unit: 'ms' },
    {
      what: 'four runs training: frame gap, longest',
      measured: quantile(frames, 1),
      wanted: 250,
      unit: 'ms',
    },
    {
      what: 'four runs training: curve behind the store, p99',
      measured: quantile(lags, 0.99),
      wanted: 1000,
      unit: 'ms',
    },
    {
      what: 'four runs training: reply to any query, median',
      measured: median(replies),
      wanted: 100,
      unit: 'ms',
    },
    {
      what: 'four runs training: reply to any query, p99',
      measured: quantile(replies, 0.99),
      wanted: 100,
      unit: 'ms',
    },
    {
      what: 'four runs training: growth of memory meanwhile',
      measured: (after - before) / 1e6,
      wanted: 50,
      unit: 'MB',
    },
  ];
}

async function untilTraining(session: Session, runs: readonly string[]): Promise<void> {
  for (;;) {
    const rows = await session.call('runs.list', {});
    const begun = rows.filter(({ id, step }) => runs.includes(id) && step > 0).length;
    if (begun === runs.length) return;
    await session.page.waitForTimeout(250);
  }
}

/** Over the charts, back and forth; every three seconds a zoom, and back again. */
async function moveAbout(page: Page, end: number): Promise<void> {
  const box = await page.locator('main canvas').first().boundingBox();
  if (!box) throw new Error('There is no chart to move over.');
  for (let move = 0; performance.now() < end; move++) {
    const share = 0.15 + 0.7 * Math.abs(((move / 60) % 2) - 1);
    await page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
    if (move % 180 === 90) await zoom(page);
    if (move % 180 === 179) await page.mouse.dblclick(box.x + share * box.width, box.y + box.height / 2);
    await page.waitForTimeout(15);
  }
}

async function zoom(page: Page): Promise<void> {
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
}

/** Milliseconds that the engine takes for what views ask, one question after the other, ten a second. */
function askAll(bystander: Page, runs: readonly string[], end: number): Promise<number[]> {
  const metrics = ['train/loss', 'validation/accuracy'];
  const questions: [string, unknown][] = [
    ['runs.list', {}],
    ['runs.settings', {}],
    ['queue.list', {}],
    ['runs.get', { run: runs[0] }],
    ['runs.series', { runs, metrics, maxPoints: 2000 }],
    ['runs.bands', { groups: [{ label: 'all', runs }], metrics }],
    ['runs.compare', { runs }],
    ['runs.log', { run: runs[0], tail: 200 }],
  ];
  return bystander.evaluate(
    async ({ asked, milliseconds }) => {
      const socket = new WebSocket(`ws://${location.host}/socket`);
      await new Promise((resolve) => {
        socket.onopen = resolve;
      });
      const times: number[] = [];
      const stop = performance.now() + milliseconds;
      for (let id = 0; performance.now() < stop; id++) {
        const [method, params] = asked[id % asked.length] ?? [];
        const begin = performance.now();
        const answered = new Promise<void>((resolve, reject) => {
          socket.onmessage = ({ data }) => {
            const message = JSON.parse(String(data)) as { id?: number; error?: { message: string } };
            if (message.id !== id) return;
            if (message.error) reject(new Error(message.error.message));
            else resolve();
          };
        });
        socket.send(JSON.stringify({ id, method, params }));
        await answered;
        times.push(performance.now() - begin);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      socket.close();
      return times;
    },
    { asked: questions, milliseconds: end - performance.now() },
  );
}

/**
 * How far the curves of the window are behind the store: for each point seen in the store, until the window has it. A worker hands its
 * points over every 200 ms.
 */
async function followCurves(
  page: Page,
  store: Store,
  runs: readonly string[],
  end: number,
): Promise<number[]> {
  const [run = ''] = runs;
  const lags: number[] = [];
  while (performance.now() < end) {
    const step = newestStep(store, run);
    const begin = performance.now();
    await page.waitForFunction(
      ([id, name, wanted]) => {
        type Root = Element & { __vue_app__?: { config: { globalProperties: { $pinia: Stores } } } };
        type Stores = {
          _s: Map<string, { curve(run: string, metric: string): { steps: number[] } | undefined }>;
        };
        const root = document.querySelector<Root>('#app');
        const curves = root?.__vue_app__?.config.globalProperties.$pinia._s.get('metrics');
        return (curves?.curve(id, name)?.steps.at(-1) ?? -1) >= wanted;
      },
      [run, metric, step] as const,
      { polling: 'raf', timeout: 120_000 },
    );
    lags.push(performance.now() - begin);
    await page.waitForTimeout(300);
  }
  return lags;
}

function newestStep(store: Store, run: string): number {
  return store.metrics
    .after(run, store.runs.get(run).step - 1)
    .reduce((most, point) => (point.metric === metric ? Math.max(most, point.step) : most), 0);
}
