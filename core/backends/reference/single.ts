import { ConvolabError } from '../../contract/errors.ts';
import { kernels } from '../../kernels/index.ts';
import type { Kernel, KernelTensor } from '../../kernels/kernel.ts';
import { operandAt, sampleShape, wholeShape } from '../../kernels/operands.ts';
import { elements, formatShape } from '../../kernels/shape.ts';
import type { HostTensor, SingleCall } from '../backend.ts';
import { type Precision, store } from './precision.ts';

/** Stands in every output before the call; no case comes out at it. */
const sentinel = -7.7777777e77;

/** Runs a kernel by its name. Throws `backend.unsupported` for an unknown one. */
export function runSingle(call: SingleCall, precision: Precision): HostTensor[] {
  const kernel = kernels.get(call.kernel);
  if (!kernel) throw unsupported(call.kernel);
  return runKernel(kernel, call, precision);
}

/**
 * Runs one kernel on concrete tensors. A typed array ends where its tensor ends, so that nothing can be written outside
 * it; what the sentinel shows here is an element that was not written at all.
 * @throws `internal` for an output left unwritten
 */
export function runKernel(kernel: Kernel, call: SingleCall, precision: Precision): HostTensor[] {
  const attributes = kernel.attributes.parse(call.attributes);
  const inputs = call.inputs.map((tensor) => tensor && toTensor(tensor));
  const outputs = emptyOutputs(kernel, call, attributes);
  kernel.reference(inputs, outputs, attributes, call.batch, call.moment ?? null);
  outputs.forEach((output, i) => {
    checkWritten(kernel, i, output);
    store(output.data, precision);
  });
  return outputs;
}

export function unsupported(kernel: string, layer?: string): ConvolabError {
  const where = layer === undefined ? '' : `, which layer ${layer} needs`;
  return new ConvolabError('backend.unsupported', `the reference backend has no kernel ${kernel}${where}`, {
    subject: layer ?? kernel,
  });
}

function toTensor({ shape, data }: HostTensor): KernelTensor {
  return { shape, data: Float64Array.from(data) };
}

function emptyOutputs(
  kernel: Kernel,
  call: SingleCall,
  attributes: Readonly<Record<string, unknown>>,
): KernelTensor[] {
  const inputShapes = call.inputs.map(
    (tensor, i) => tensor && sampleShape(operandAt(kernel.inputs, i), tensor.shape),
  );
  return kernel.shapes(inputShapes, attributes).map((shape, i) => {
    const whole = wholeShape(operandAt(kernel.outputs, i), shape, call.batch);
    return { shape: whole, data: new Float64Array(elements(whole)).fill(sentinel) };
  });
}

function checkWritten(kernel: Kernel, position: number, { shape, data }: KernelTensor): void {
  const missing = data.indexOf(sentinel);
  if (missing < 0) return;
  const { name } = operandAt(kernel.outputs, position);
  throw new ConvolabError(
    'internal',
    `${kernel.name} left element ${missing} of ${name} (${formatShape(shape)}) unwritten`,
  );
}
