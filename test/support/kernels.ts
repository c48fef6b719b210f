import { describe, expect, it } from 'vitest';
import type { Backend, HostTensor, SingleCall } from '../../core/backends/backend.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { kernels } from '../../core/kernels/index.ts';
import type { Kernel, KernelCase } from '../../core/kernels/kernel.ts';
import { operandAt } from '../../core/kernels/operands.ts';
import { relativeError } from './compare.ts';
import { drawCall } from './draw.ts';

const exact = createReferenceBackend();
const rounded = createReferenceBackend({ precision: 'float32' });

/** Rounding may move a float32 result this far, relative to its tensor's largest element. */
const tolerance = 3e-5;

type Case = KernelCase<Readonly<Record<string, unknown>>>;

/**
 * Registers one test for every case of every kernel: the backend's outputs against the float64 reference. A kernel that
 * the backend lacks is a failure.
 */
export function describeKernels(backend: Backend): void {
  describe(`kernels on ${backend.device.name}`, () => {
    it('implements every kernel', () => {
      expect([...kernels.keys()].filter((name) => !backend.kernels.has(name))).toEqual([]);
    });
    for (const kernel of kernels.values()) {
      describe(kernel.name, () => {
        for (const of of kernel.cases) {
          it(of.name, async () => {
            const { call, expected } = await drawAwayFromKinks(kernel, of);
            const actual = await backend.runKernel(call);
            expect(actual.length).toBe(expected.length);
            expect(faults(kernel, actual, expected)).toEqual([]);
          });
        }
      });
    }
  });
}

/** Outputs that are further from the reference than rounding explains, in words. */
export function faults(
  kernel: Kernel,
  actual: readonly HostTensor[],
  expected: readonly HostTensor[],
): string[] {
  return expected.flatMap((wanted, i) => {
    const error = relativeError(actual[i] as HostTensor, wanted);
    const { name } = operandAt(kernel.outputs, i);
    return error <= tolerance ? [] : [`${name} is off by ${error.toExponential(2)} of its largest element`];
  });
}

/**
 * Draws a case anew as long as rounding alone makes the reference jump: such numbers sit on a kink of ReLU or max, where
 * two right answers differ.
 */
export async function drawAwayFromKinks(
  kernel: Kernel,
  of: Case,
): Promise<{ call: SingleCall; expected: HostTensor[] }> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const call = drawCall(kernel, of, attempt);
    const [expected, stored] = await Promise.all([exact.runKernel(call), rounded.runKernel(call)]);
    if (faults(kernel, stored, expected).length === 0) return { call, expected };
  }
  throw new Error(`every draw of "${of.name}" sits on a kink`);
}
