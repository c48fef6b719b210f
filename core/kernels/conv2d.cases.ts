import type { ActivationName } from './activations.ts';
import type { KernelCase } from './kernel.ts';
import { windows } from './shape.ts';

interface Sketch {
  readonly name: string;
  readonly batch: number;
  /** [C, H, W] */
  readonly input: [number, number, number];
  readonly filters: number;
  /** [height, width] */
  readonly kernel: [number, number];
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly connections?: string[];
  readonly activation?: ActivationName;
  readonly draw?: KernelCase<unknown>['draw'];
}

const sketches: readonly Sketch[] = [
  { name: 'one pixel', batch: 1, input: [1, 1, 1], filters: 1, kernel: [1, 1] },
  { name: '3x3 on one map, batch 1', batch: 1, input: [1, 6, 6], filters: 2, kernel: [3, 3], bias: true },
  { name: '5x5 as in LeNet, batch 5', batch: 5, input: [1, 12, 12], filters: 6, kernel: [5, 5], bias: true },
  { name: 'odd sizes, batch 16', batch: 16, input: [3, 7, 9], filters: 5, kernel: [3, 3], bias: true },
  { name: 'odd sizes, batch 17', batch: 17, input: [3, 9, 7], filters: 7, kernel: [3, 3], bias: true },
  { name: 'no bias, batch 64', batch: 64, input: [2, 5, 5], filters: 3, kernel: [2, 2] },
  { name: 'oblong kernel', batch: 5, input: [2, 8, 6], filters: 3, kernel: [2, 5], bias: true },
  { name: 'kernel as large as the map', batch: 17, input: [4, 5, 5], filters: 9, kernel: [5, 5], bias: true },
  { name: 'stride 2', batch: 5, input: [2, 9, 9], filters: 3, kernel: [3, 3], stride: 2, bias: true },
  { name: 'stride 2 with a remainder', batch: 5, input: [2, 8, 10], filters: 3, kernel: [3, 3], stride: 2 },
  { name: 'stride above the kernel', batch: 3, input: [1, 10, 10], filters: 2, kernel: [2, 2], stride: 3 },
  { name: 'pad 2', batch: 16, input: [2, 6, 5], filters: 4, kernel: [5, 5], pad: 2, bias: true },
  {
    name: 'pad beyond the kernel',
    batch: 2,
    input: [1, 3, 3],
    filters: 2,
    kernel: [1, 1],
    pad: 2,
    bias: true,
  },
  {
    name: 'stride 4, pad 2, 11x11 as in AlexNet',
    batch: 2,
    input: [3, 23, 23],
    filters: 4,
    kernel: [11, 11],
    stride: 4,
    pad: 2,
    bias: true,
  },
  { name: 'two groups', batch: 5, input: [4, 6, 6], filters: 6, kernel: [3, 3], groups: 2, bias: true },
  {
    name: 'one group per map, pad and stride',
    batch: 17,
    input: [3, 7, 7],
    filters: 6,
    kernel: [3, 3],
    groups: 3,
    pad: 1,
    stride: 2,
  },
  {
    name: 'connection table',
    batch: 17,
    input: [3, 8, 8],
    filters: 4,
    kernel: [3, 3],
    bias: true,
    connections: ['X.XX', '.X.X', 'XX.X'],
    activation: 'sigmoid',
  },
  { name: 'fused sigmoid', ...fused('sigmoid') },
  { name: 'fused tanh', ...fused('tanh') },
  { name: 'fused relu', ...fused('relu') },
  { name: 'fused sigmoid far into saturation', ...fused('sigmoid'), draw: { x: 'extreme' } },
];

function fused(activation: ActivationName): Omit<Sketch, 'name'> {
  return { batch: 17, input: [2, 6, 6], filters: 3, kernel: [3, 3], pad: 1, bias: true, activation };
}

/** Geometries on which all three convolution kernels are judged. */
export const geometries = sketches.map((sketch) => {
  const { input, filters, kernel, stride = 1, pad = 0, groups = 1, connections } = sketch;
  const weight: [number, number, number, number] = [filters, input[0] / groups, ...kernel];
  const output: [number, number, number] = [
    filters,
    windows(input[1], kernel[0], stride, pad),
    windows(input[2], kernel[1], stride, pad),
  ];
  return { ...sketch, weight, output, window: { stride, pad, groups, ...(connections && { connections }) } };
});
