import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import type { Shape } from '../../core/kernels/kernel.ts';

// Numbers worked by hand from the lecture's formulas, so that the reference is judged by something that is not code.

const backend = createReferenceBackend();
const tensor = (shape: Shape, ...data: number[]): HostTensor => ({ shape, data: Float64Array.from(data) });
const values = (outputs: HostTensor[]) => outputs.map(({ data }) => [...data]);

async function run(
  kernel: string,
  batch: number,
  inputs: (HostTensor | null)[],
  attributes: Record<string, unknown> = {},
): Promise<number[][]> {
  return values(await backend.runKernel({ kernel, attributes, batch, inputs }));
}

const window = { stride: 1, pad: 0, groups: 1 };

describe('convolution', () => {
  // x = 1..9 row by row, k = (1 2 / 3 4): u_11 = 1*1 + 2*2 + 4*3 + 5*4 = 37, as in (25) with b = 0
  const x = tensor([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const weight = tensor([1, 1, 2, 2], 1, 2, 3, 4);
  const delta = tensor([1, 1, 2, 2], 1, 0, 0, 2);

  it('sums the products under the kernel and adds the bias (1), (25)', async () => {
    const linear = { ...window, activation: 'linear' };
    expect(await run('conv2d.forward', 1, [x, weight, tensor([1], 0.5)], linear)).toEqual([
      [37.5, 47.5, 67.5, 77.5],
    ]);
  });

  it('applies the activation (2)', async () => {
    const relu = { ...window, activation: 'relu' };
    expect(await run('conv2d.forward', 1, [x, weight, tensor([1], -50)], relu)).toEqual([[0, 0, 17, 27]]);
  });

  it('puts zeros around the maps', async () => {
    const padded = { ...window, pad: 1, stride: 2, activation: 'linear' };
    // The kernel stands on the four corners of the padded 5x5, and in each product the zeros are left out.
    expect(await run('conv2d.forward', 1, [x, weight, null], padded)).toEqual([
      [1 * 4, 2 * 3 + 3 * 4, 4 * 2 + 7 * 4, 5 * 1 + 6 * 2 + 8 * 3 + 9 * 4],
    ]);
  });

  it('keeps groups apart', async () => {
    const maps = tensor([1, 2, 1, 2], 1, 2, 10, 20);
    const kernels = tensor([2, 1, 1, 1], 3, 5);
    const grouped = { ...window, groups: 2, activation: 'linear' };
    expect(await run('conv2d.forward', 1, [maps, kernels, null], grouped)).toEqual([[3, 6, 50, 100]]);
  });

  it('reads only the maps of its table (44), whatever the weight holds', async () => {
    const maps = tensor([1, 2, 1, 1], 1, 10);
    const kernels = tensor([3, 2, 1, 1], 1, 1, 1, 1, 1, 1);
    const attributes = { ...window, connections: ['X.X', '.XX'], activation: 'linear' };
    expect(await run('conv2d.forward', 1, [maps, kernels, null], attributes)).toEqual([[1, 10, 11]]);
  });

  it('hands the error back along the weights (27)', async () => {
    // delta_11 = 1 spreads (1 2 / 3 4) at the top left, delta_22 = 2 spreads (2 4 / 6 8) one further down and right
    const attributes = { ...window, inputShape: [1, 3, 3] };
    expect(await run('conv2d.backward-input', 1, [delta, weight], attributes)).toEqual([
      [1, 2, 0, 3, 4 + 2, 4, 0, 6, 8],
    ]);
  });

  it('gives each weight the sum of error times input (24)', async () => {
    // dk_mn = 1 * x_mn + 2 * x_(m+1)(n+1); db = 1 + 2
    const attributes = { ...window, kernel: [2, 2] };
    expect(await run('conv2d.backward-weight', 1, [x, delta], attributes)).toEqual([
      [1 + 10, 2 + 12, 4 + 16, 5 + 18],
      [3],
    ]);
  });

  it('sums weight gradients over the batch, and leaves absent connections at 0', async () => {
    const maps = tensor([2, 2, 1, 1], 1, 10, 2, 20);
    const errors = tensor([2, 2, 1, 1], 1, 1, 1, 1);
    const attributes = { ...window, kernel: [1, 1], connections: ['X.', 'XX'] };
    expect(await run('conv2d.backward-weight', 2, [maps, errors], attributes)).toEqual([
      [3, 30, 0, 30],
      [2, 2],
    ]);
  });
});

describe('dense layer', () => {
  const x = tensor([2, 2], 1, 2, 3, 4);
  const weight = tensor([3, 2], 1, 0, 0, 1, 1, 1);
  const delta = tensor([2, 3], 1, 0, 0, 0, 1, 2);

  it('is W x + b (5)', async () => {
    const bias = tensor([3], 0, 0, 10);
    expect(await run('dense.forward', 2, [x, weight, bias], { activation: 'linear' })).toEqual([
      [1, 2, 13, 3, 4, 17],
    ]);
  });

  it('hands back the transposed product (20)', async () => {
    expect(await run('dense.backward-input', 2, [delta, weight], { inputShape: [2] })).toEqual([
      [1, 0, 2, 3],
    ]);
  });

  it('gives weights the outer product of error and input (19), summed over the batch', async () => {
    expect(await run('dense.backward-weight', 2, [x, delta])).toEqual([
      [1, 2, 3, 4, 6, 8],
      [1, 1, 2],
    ]);
  });
});

describe('pooling', () => {
  const x = tensor([1, 1, 3, 3], 1, 5, 2, 5, 3, 0, 4, 1, 6);
  const overlapping = { size: 2, stride: 1, pad: 0 };
  const delta = tensor([1, 1, 2, 2], 1, 2, 3, 4);

  it('takes the mean of each window (3)', async () => {
    expect(await run('mean-pool.forward', 1, [x], overlapping)).toEqual([[14 / 4, 10 / 4, 13 / 4, 10 / 4]]);
  });

  it('counts padding as zeros in the mean', async () => {
    expect(await run('mean-pool.forward', 1, [x], { size: 2, stride: 2, pad: 1 })).toEqual([
      [1 / 4, 7 / 4, 9 / 4, 10 / 4],
    ]);
  });

  it('takes the largest of each window, padding never', async () => {
    const negative = tensor([1, 1, 1, 1], -3);
    expect(await run('max-pool.forward', 1, [x], overlapping)).toEqual([[5, 5, 5, 6]]);
    expect(await run('max-pool.forward', 1, [negative], { size: 2, stride: 2, pad: 1 })).toEqual([[-3]]);
  });

  it('shares the error of a mean out evenly (22), (23), overlaps adding up', async () => {
    const attributes = { ...overlapping, inputShape: [1, 3, 3] };
    expect(await run('mean-pool.backward', 1, [delta], attributes)).toEqual([
      [1 / 4, 3 / 4, 2 / 4, 4 / 4, 10 / 4, 6 / 4, 3 / 4, 7 / 4, 4 / 4],
    ]);
  });

  it('hands the error of a maximum to the element taken, the first of equals', async () => {
    // Windows take x_12 (before the equal x_21), x_12, x_21 and x_33.
    expect(await run('max-pool.backward', 1, [x, delta], overlapping)).toEqual([[0, 3, 0, 3, 0, 0, 0, 0, 4]]);
  });

  it('adds a bias to each map and applies f (3); its gradient is the sum of the error (21)', async () => {
    const maps = tensor([1, 2, 1, 2], 1, 2, 3, 4);
    expect(
      await run('channel-bias.forward', 1, [maps, tensor([2], 10, -10)], { activation: 'relu' }),
    ).toEqual([[11, 12, 0, 0]]);
    expect(await run('channel-bias.backward', 1, [maps])).toEqual([[3, 7]]);
  });
});

describe('activations', () => {
  const slopes = async (activation: string, y: number) =>
    (await run('activation.backward', 1, [tensor([1, 1], y), tensor([1, 1], 2)], { activation }))[0]?.[0];

  it('are f of the lecture (2)', async () => {
    const f = async (activation: string, u: number) =>
      (await run('activation.forward', 1, [tensor([1, 1], u)], { activation }))[0]?.[0];
    expect(await f('sigmoid', Math.log(3))).toBeCloseTo(0.75, 15);
    expect(await f('tanh', Math.log(2))).toBeCloseTo(0.6, 15);
    expect(await f('relu', -1)).toBe(0);
    expect(await f('relu', 2)).toBe(2);
    expect(await f('linear', -2)).toBe(-2);
  });

  it('stay finite far from zero', async () => {
    const far = tensor([1, 2], -1e4, 1e4);
    expect(await run('activation.forward', 1, [far], { activation: 'sigmoid' })).toEqual([[0, 1]]);
    expect(await run('activation.forward', 1, [far], { activation: 'tanh' })).toEqual([[-1, 1]]);
  });

  it("multiply the error with f' in terms of y", async () => {
    expect(await slopes('sigmoid', 0.75)).toBe(2 * 0.75 * 0.25);
    expect(await slopes('tanh', 0.6)).toBeCloseTo(2 * 0.64, 15);
    expect(await slopes('relu', 0)).toBe(0);
    expect(await slopes('relu', 3)).toBe(2);
    expect(await slopes('linear', 3)).toBe(2);
  });
});

describe('softmax', () => {
  it('is the share of the exponentials', async () => {
    const [y] = await run('softmax.forward', 1, [tensor([1, 3], 0, Math.log(2), Math.log(5))]);
    expect(y?.[0]).toBeCloseTo(1 / 8, 15);
    expect(y?.[1]).toBeCloseTo(2 / 8, 15);
    expect(y?.[2]).toBeCloseTo(5 / 8, 15);
  });

  it('hands back y (dY - dY . y)', async () => {
    expect(await run('softmax.backward', 1, [tensor([1, 2], 0.25, 0.75), tensor([1, 2], 4, 0)])).toEqual([
      [0.25 * (4 - 1), 0.75 * (0 - 1)],
    ]);
  });
});

describe('losses', () => {
  const y = tensor([2, 2], 1, 3, 0, 0.5);

  it('squared error is half the squared distance (4), its gradient y - t over the batch (9)', async () => {
    const byLabel = await run('mse', 2, [y, tensor([2], 1, 0)]);
    expect(byLabel).toEqual([
      [0.5 * (1 + 4), 0.5 * (1 + 0.25)],
      [1 / 2, 2 / 2, -1 / 2, 0.5 / 2],
    ]);
    expect(await run('mse', 2, [y, tensor([2, 2], 0, 1, 1, 0)])).toEqual(byLabel);
  });

  it('cross-entropy is minus the logarithm of the right probability, its gradient p - t over the batch', async () => {
    const logits = tensor([2, 2], Math.log(3), 0, 0, Math.log(3));
    const [losses, dY] = await run('softmax-cross-entropy', 2, [logits, tensor([2], 0, 0)], { smoothing: 0 });
    expect(losses?.[0]).toBeCloseTo(-Math.log(0.75), 15);
    expect(losses?.[1]).toBeCloseTo(-Math.log(0.25), 15);
    [-0.25, 0.25, -0.75, 0.75].forEach((wanted, i) => {
      expect(dY?.[i]).toBeCloseTo(wanted / 2, 15);
    });
  });

  it('cross-entropy stays finite where the right probability underflows', async () => {
    const [losses] = await run('softmax-cross-entropy', 1, [tensor([1, 2], 0, 2000), tensor([1], 0)], {
      smoothing: 0,
    });
    expect(losses).toEqual([2000]);
  });

  it('cross-entropy takes targets that need not sum to one', async () => {
    const [losses, dY] = await run(
      'softmax-cross-entropy',
      1,
      [tensor([1, 2], 0, 0), tensor([1, 2], 1.5, 0.5)],
      { smoothing: 0 },
    );
    expect(losses?.[0]).toBeCloseTo(2 * Math.log(2), 15);
    expect(dY).toEqual([1 - 1.5, 1 - 0.5]);
  });
});

describe('gradient descent', () => {
  it('is (7) without momentum and decay', async () => {
    const attributes = { rate: 0.5, momentum: 0, nesterov: false, weightDecay: 0 };
    const inputs = [tensor([2], 1, 2), tensor([2], 4, -2), tensor([2], 9, 9)];
    expect(await run('sgd.update', 1, inputs, attributes)).toEqual([
      [-1, 3],
      [4, -2],
    ]);
  });

  it('carries the velocity over and pulls weights towards zero', async () => {
    // v = 0.5 * 2 + 4 + 0.25 * 8 = 7; w = 8 - 0.5 * 7
    const attributes = { rate: 0.5, momentum: 0.5, nesterov: false, weightDecay: 0.25 };
    const inputs = [tensor([1], 8), tensor([1], 4), tensor([1], 2)];
    expect(await run('sgd.update', 1, inputs, attributes)).toEqual([[4.5], [7]]);
  });
});

describe('joining', () => {
  it('puts maps one after the other, sample by sample, and takes the error apart again', async () => {
    const a = tensor([2, 1, 1, 2], 1, 2, 5, 6);
    const b = tensor([2, 2, 1, 2], 10, 20, 30, 40, 50, 60, 70, 80);
    const joined = [1, 2, 10, 20, 30, 40, 5, 6, 50, 60, 70, 80];
    expect(await run('concat.forward', 2, [a, b])).toEqual([joined]);
    const attributes = {
      inputShapes: [
        [1, 1, 2],
        [2, 1, 2],
      ],
    };
    expect(await run('concat.backward', 2, [tensor([2, 3, 1, 2], ...joined)], attributes)).toEqual([
      [...a.data],
      [...b.data],
    ]);
  });

  it('adds element by element', async () => {
    const parts = [tensor([1, 2], 1, 2), tensor([1, 2], 10, 20), tensor([1, 2], 100, 200)];
    expect(await run('add.forward', 1, parts)).toEqual([[111, 222]]);
  });
});
