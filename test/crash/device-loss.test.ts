import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Program, ProgramState } from '../../core/backends/backend.ts';
import { type AdapterChoice, surveyAdapters } from '../../core/backends/webgpu/adapters.ts';
import { createGpu } from '../../core/backends/webgpu/dawn.ts';
import { type Gpu, openGpu } from '../../core/backends/webgpu/device.ts';
import { backendOn } from '../../core/backends/webgpu/index.ts';
import { compilePlan } from '../../core/graph/compile.ts';
import { buildGraph } from '../../core/graph/graph.ts';
import { parseModel } from '../../core/graph/parse.ts';
import { initialParameters } from '../../core/train/initialize.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { fingerprint } from '../support/training.ts';
import { useSoftwareVulkan, vulkanMissing } from '../support/vulkan.ts';

/** How often the device is destroyed. */
const losses = 50;
const steps = 40;
const batchSize = 4;

const plan = compilePlan(
  buildGraph(
    parseModel({
      version: 1,
      name: 'small',
      input: [1, 6, 6],
      layers: [
        { id: 'C', type: 'conv', filters: 2, kernel: 3, activation: 'sigmoid' },
        { id: 'OUT', type: 'dense', units: 3 },
      ],
      loss: { type: 'softmax-cross-entropy' },
    }),
  ),
  { retain: false },
);
const random = new RandomSequence(1, 'probe');
const source = {
  images: Uint8Array.from({ length: steps * batchSize * 36 }, () => random.word() & 255),
  labels: Int32Array.from({ length: steps * batchSize }, (_, i) => i % 3),
  shape: [1, 6, 6],
  classes: 3,
};
const transform = { scale: Float32Array.of(1 / 74), shift: Float32Array.of(-1.7), padTop: 0, padLeft: 0 };

interface Opened {
  readonly gpu: Gpu;
  readonly program: Program;
}

async function open(choice: AdapterChoice, state: ProgramState): Promise<Opened> {
  const instance = await createGpu(choice.options);
  const adapter = (await instance.requestAdapter()) as GPUAdapter;
  const gpu = await openGpu(instance, adapter);
  const optimizer = { type: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const program = await backendOn(gpu, choice).compile(plan, { threads: 1, batchSize, optimizer });
  program.setState(state);
  program.attach('train', source, transform);
  return { gpu, program };
}

/** The loss of one step, which is numbered within the run. */
async function lossOf({ program }: Opened, step: number): Promise<number> {
  const order = Uint32Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
  const rates = Float32Array.of(0.1);
  const report = await program.train('train', { order, batchSize, rates, moment: { seed: 1, step } });
  return report.lossSum;
}

const bitsOf = ({ parameters, optimizer }: ProgramState) => [fingerprint(parameters), fingerprint(optimizer)];

const missing = vulkanMissing();
const because = missing ? ` (skipped: ${missing})` : '';

test.skipIf(missing)(
  `a device destroyed at ${losses} random moments gives typed errors and no number, and from the last state the same bits${because}`,
  async () => {
    useSoftwareVulkan();
    const choice = (await surveyAdapters()).adapters[0] as AdapterChoice;
    const start: ProgramState = { parameters: initialParameters(plan, 1), optimizer: new Map() };
    const undisturbed = await open(choice, start);
    const expected: { loss: number; bits: string[] }[] = [];
    for (let step = 0; step < steps; step++) {
      const loss = await lossOf(undisturbed, step);
      expected.push({ loss, bits: bitsOf(await undisturbed.program.state()) });
    }
    undisturbed.gpu.close();

    let kept = { step: 0, state: start };
    const outcomes = { answered: 0, lost: 0 };
    for (let loss = 0; loss < losses; loss++) {
      const opened = await open(choice, kept.state);
      const last = kept.step + (random.word() % 3);
      for (let step = kept.step; step < last; step++)
        expect(await lossOf(opened, step)).toBe(expected[step]?.loss);
      // Before the step, while it runs, or right after it.
      const answer = lossOf(opened, last).then(
        (value) => ({ value, error: null }),
        (error: unknown) => ({ value: null, error }),
      );
      if (loss % 3 > 0) await sleep(random.word() % 12);
      opened.gpu.device.destroy();
      const { value, error } = await answer;
      if (value === null) {
        outcomes.lost++;
        expect(error).toMatchObject({ code: 'device.lost' });
      } else {
        outcomes.answered++;
        expect(value).toBe(expected[last]?.loss);
      }
      const later = [
        () => lossOf(opened, last + 1),
        () => opened.program.state(),
        () => opened.program.evaluate('train', Uint32Array.of(0)),
      ];
      for (const ask of later) await expect(ask()).rejects.toMatchObject({ code: 'device.lost' });
      opened.gpu.close();
      // Every few losses a run that got a little further keeps its state, as at a checkpoint.
      if (loss % 5 === 4) kept = await further(choice, kept, expected);
    }
    expect(outcomes.lost).toBeGreaterThan(losses / 4);
    expect(outcomes.lost + outcomes.answered).toBe(losses);
    expect(kept.step).toBe(losses / 5);
  },
);

/** One step on a healthy device; its state must be that of the undisturbed run. */
async function further(
  choice: AdapterChoice,
  kept: { step: number; state: ProgramState },
  expected: readonly { bits: string[] }[],
) {
  const opened = await open(choice, kept.state);
  await lossOf(opened, kept.step);
  const state = await opened.program.state();
  opened.gpu.close();
  expect(bitsOf(state)).toEqual(expected[kept.step]?.bits);
  return { step: kept.step + 1, state };
}
