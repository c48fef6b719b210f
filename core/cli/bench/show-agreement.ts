import type { Backend } from '../../backends/backend.ts';
import { openBackend } from '../../backends/index.ts';
import { percent } from '../format.ts';
import type { Output } from '../output.ts';
import { type Agreement, activations, bounds, compareTraining, type Progress } from './agree.ts';

/** Compares training on a device with training on the CPU, and tells. Returns the exit code: 1 where they come apart. */
export async function showAgreement(output: Output, home: string, other: Backend): Promise<number> {
  const cpu = await openBackend('cpu');
  const agreements: Agreement[] = [];
  try {
    for (const activation of activations) {
      const agreement = await compareTraining(activation, home, cpu, other, (progress) => {
        output.object({ event: 'progress', ...progress });
        output.text(describeProgress(progress));
      });
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

function describe({ activation, firstSteps, reports, reportCount, accuracy, seconds, agrees }: Agreement) {
  const losses = `loss apart by ${firstSteps.toExponential(1)} over the first steps, ${reports.toExponential(1)} over ${reportCount} reports`;
  const tests = `test accuracy ${percent(accuracy.other)} (CPU ${percent(accuracy.cpu)})`;
  const times = `${seconds.other.toFixed(0)} s (CPU ${seconds.cpu.toFixed(0)} s)`;
  return `LeNet-5 (${activation}): ${agrees ? 'agrees' : 'DIFFERS'}; ${losses}; ${tests}; ${times}`;
}
