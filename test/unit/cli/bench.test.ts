import { afterAll, describe, expect, test } from 'vitest';
import { stepFlops } from '../../../core/cli/bench/flops.ts';
import { benchNets } from '../../../core/cli/bench/nets.ts';
import { median } from '../../../core/cli/bench/results.ts';
import { compilePlan } from '../../../core/graph/compile.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { parseModel } from '../../../core/graph/parse.ts';
import { cli } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/project.ts';

const { path: home, remove } = temporaryFolder();
afterAll(() => remove());

function planOf(name: string) {
  const net = benchNets.find((candidate) => candidate.name === name);
  return compilePlan(buildGraph(parseModel(net?.model)), { retain: false });
}

describe('floating-point operations of a step', () => {
  // Multiply-adds of C1, C3, C5, F6 and the output layer, by hand.
  const [c1, ...others] = [6 * 25 * 28 * 28, 6 * 16 * 25 * 10 * 10, 400 * 120, 120 * 84, 84 * 10];
  const rest = others.reduce((sum, count) => sum + count, 0);

  test('are those of convolutions and dense layers going forward', () => {
    expect(stepFlops(planOf('lenet-5'), 'eval')).toBe(2 * ((c1 as number) + rest));
  });

  test('count both gradients going back, but no input gradient of the first layer', () => {
    expect(stepFlops(planOf('lenet-5'), 'train')).toBe(2 * (2 * (c1 as number) + 3 * rest));
  });

  test('leave out the other groups of a grouped convolution', () => {
    const plan = planOf('alexnet-conv');
    const second = plan.forward.find(({ layer }) => layer === 'L1');
    expect(stepFlops({ ...plan, forward: second ? [second] : [] }, 'eval')).toBe(2 * 256 * 48 * 25 * 27 * 27);
  });
});

test('the median of rounds is the one in the middle', () => {
  expect(median([5, 1, 100, 4, 3])).toBe(4);
});

describe('convolab bench', () => {
  test('measures several numbers of threads, with speed and share of the peak', async () => {
    const words = ['bench', '--nets', 'lenet-5', '--batch', '16', '--threads', '1,2', '--json'];
    const { code, objects } = await cli(home, words);
    expect(code).toBe(0);
    const { results } = objects().at(-1) as { results: { threads: number }[] };
    expect(results).toHaveLength(8);
    expect(results.slice(0, 2)).toMatchObject([{ threads: 1 }, { threads: 2 }]);
    for (const result of results) {
      expect(result).toMatchObject({ gflops: expect.any(Number), share: expect.any(Number) });
    }
  });

  test('names no threads of a device that has none, whatever number is asked for', async () => {
    const words = [
      'bench',
      '--nets',
      'lenet-5',
      '--batch',
      '1',
      '--threads',
      '1,2',
      '--backend',
      'reference',
    ];
    const { code, stdout, stderr } = await cli(home, words);
    expect(code).toBe(0);
    expect(stderr).toContain('--threads changes nothing');
    expect(stdout.match(/images\/s/g)).toHaveLength(4);
    expect(stdout).not.toContain('thr');
  });

  test('tells where the time goes, layer by layer', async () => {
    const words = ['bench', '--nets', 'lenet-5', '--batch', '16', '--threads', '1', '--profile', '--json'];
    const { code, objects } = await cli(home, words);
    expect(code).toBe(0);
    const { profiles } = objects().at(-1) as { profiles: { layers: object[]; rest: object }[] };
    expect(profiles).toHaveLength(2);
    expect(profiles[0]?.layers).toHaveLength(7);
    const cost = { milliseconds: expect.any(Number), gflops: expect.any(Number) };
    expect(profiles[0]?.layers[0]).toEqual({ layer: 'L1', forward: cost, backward: cost });
    expect(profiles[0]?.layers[1]).toMatchObject({ layer: 'L2', forward: { gflops: null } });
    expect(profiles[0]?.rest).toHaveProperty('gather');
  });

  test('tells no profile of a backend that knows none', async () => {
    const { code, stderr } = await cli(home, ['bench', '--profile', '--backend', 'reference']);
    expect(code).toBe(2);
    expect(stderr).toContain('reference');
  });

  test('tells how long a run takes from a cold start to its first batch', async () => {
    const { code, objects } = await cli(home, ['bench', '--cold', '--json']);
    const { cold } = objects().at(-1) as { cold: { milliseconds: number; wanted: number; rounds: number } };
    const rounds = objects().filter((object) => 'milliseconds' in object);
    expect(rounds).toHaveLength(cold.rounds);
    expect(cold.milliseconds).toBe(median(rounds.map(({ milliseconds }) => milliseconds as number)));
    expect(code).toBe(cold.milliseconds <= cold.wanted ? 0 : 1);
  });

  test('refuses numbers of threads that are none', async () => {
    const { code, stderr } = await cli(home, ['bench', '--threads', '1,some']);
    expect(code).toBe(2);
    expect(stderr).toContain('"some"');
  });
});
