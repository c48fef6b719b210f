import type { HostTensor, SingleCall } from '../../core/backends/backend.ts';
import type { Kernel, KernelCase, Shape } from '../../core/kernels/kernel.ts';
import { operandAt, wholeShape } from '../../core/kernels/operands.ts';
import { elements } from '../../core/kernels/shape.ts';
import { RandomSequence } from '../../core/train/random.ts';

type Draw = NonNullable<KernelCase<unknown>['draw']>[string];

/** Inputs of a kernel case, every number exact in float32; another attempt draws others. */
export function drawCall(
  kernel: Kernel,
  of: KernelCase<Readonly<Record<string, unknown>>>,
  attempt = 0,
): SingleCall {
  const inputs = of.inputs.map((shape, position) => {
    if (shape === null) return null;
    const operand = operandAt(kernel.inputs, position);
    const random = new RandomSequence(attempt, 'probe', position);
    return drawTensor(wholeShape(operand, shape, of.batch), random, of.draw?.[operand.name]);
  });
  const { attributes, batch, moment } = of;
  return { kernel: kernel.name, attributes, batch, inputs, moment };
}

/** Uniform in [-1, 1) unless told otherwise. */
export function drawTensor(shape: Shape, random: RandomSequence, draw: Draw = 'uniform'): HostTensor {
  const next = drawer(random, draw);
  return { shape, data: Float32Array.from({ length: elements(shape) }, next) };
}

function drawer(random: RandomSequence, draw: Draw): () => number {
  if (typeof draw === 'object') return () => random.below(draw.labels);
  switch (draw) {
    case 'uniform':
      return () => 2 * random.uniform() - 1;
    case 'positive':
      return () => random.uniform() + 2 ** -24;
    case 'extreme':
      return () => 100 * (2 * random.uniform() - 1);
  }
}
