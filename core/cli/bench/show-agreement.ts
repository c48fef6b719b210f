import { openBackend } from '../../backends/index.ts';
import { percent, whole } from '../format.ts';
import type { Output } from '../output.ts';
import {
  type Agreement,
  activations,
  bounds,
  type Comparison,
  compareTraining,
  type Progress,
} from './agree.ts';

/** Compares training on a device with training on the CPU, and tells. Returns the exit code: 1 where they come apart. */
export async function showAgreement(
  output: Output,
  { home, samples, other }: Pick<Comparison, 'home' | 'samples' | 'other'>,
): Promise<number> {
  const cpu = await openBackend('cpu');
  const agreements: Agreement[] = [];
  try {
    for (const activation of activations) {
      const progress = (so: Progress) => {
        output.object({ event: 'progress', ...so });
        output.text(describeProgress(so));
      };
      const agreement = await compareTraining({ activation, home, samples, cpu, other, progress });
      agreements.push(agreement);
      output.object({ event: 'agreement', ...agreement });
      output.text(describe(agreement));
    }
  } finally {
    other.close?.();
  }
  output.object({ agreements, bounds, device: other.device });
  return agreements.every(({ agrees }) => agrees) ? 0 : 1;
}

function describeProgress({ activation, step, steps, firstSteps, reports }: Progress): string {
  const losses = `${firstSteps.toExponential(1)} over the first steps, ${reports.toExponential(1)} over the reports`;
  return `LeNet-5 (${activation}): step ${step} of ${steps}; loss apart by ${losses}`;
}

function describe(of: Agreement): string {
  const { activation, samples, firstSteps, reports, reportCount, accuracy, seconds, agrees } = of;
  const losses = `loss apart by ${firstSteps.toExponential(1)} over the first steps, ${reports.toExponential(1)} over ${reportCount} reports`;
  const tests = `test accuracy ${percent(accuracy.other)} (CPU ${percent(accuracy.cpu)})`;
  const times = `${seconds.other.toFixed(0)} s (CPU ${seconds.cpu.toFixed(0)} s)`;
  return `LeNet-5 (${activation}), epochs of ${whole(samples)}: ${agrees ? 'agrees' : 'DIFFERS'}; ${losses}; ${tests}; ${times}`;
}
