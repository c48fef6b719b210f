import { appendFileSync, readFileSync } from 'node:fs';
import type { Backend, Program, TrainRequest } from '../../../core/backends/backend.ts';
import { createNativeBackend } from '../../../core/backends/native/index.ts';
import type { AdapterChoice } from '../../../core/backends/webgpu/adapters.ts';
import { ConvolabError } from '../../../core/contract/errors.ts';
import { type Faults, faultsVariable } from './faults.ts';

/** Stands in for the GPU backend: the CPU's numbers, until the steps are done after which this worker is to fail. */
export async function createWebGpuBackend({ id, name }: AdapterChoice): Promise<Backend> {
  const native = createNativeBackend();
  const { kind, afterSteps, tally } = JSON.parse(process.env[faultsVariable] ?? '{}') as Faults;
  const steps = afterSteps[takeNumber(tally)] ?? Number.POSITIVE_INFINITY;
  return {
    ...native,
    device: { ...native.device, id, name },
    compile: async (plan, options) => failing(await native.compile(plan, options), kind, steps),
  };
}

/** How many workers came before this one. */
function takeNumber(tally: string): number {
  appendFileSync(tally, 'x');
  return readFileSync(tally, 'utf8').length - 1;
}

function failing(program: Program, kind: Faults['kind'], steps: number): Program {
  let done = 0;
  return new Proxy(program, {
    get(target, name) {
      if (name === 'train') {
        return async (split: string, request: TrainRequest) => {
          done += request.rates.length;
          if (done > steps) await fail(kind);
          return target.train(split, request);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function fail(kind: Faults['kind']): Promise<void> {
  if (kind === 'lost') throw new ConvolabError('device.lost', 'The GPU was lost: as told.');
  if (kind === 'crash') process.kill(process.pid, 'SIGSEGV');
  // A driver that hangs keeps the process as busy as this.
  await new Promise(() => setInterval(() => undefined, 1000));
}
