import { fileURLToPath } from 'node:url';
import type { HostTensor, ProbeBatch, ProgramState } from '../../core/backends/backend.ts';
import type { Plan } from '../../core/graph/plan.ts';
import { runPython } from './pytorch.ts';

const script = fileURLToPath(new URL('../golden/layers.py', import.meta.url));

/** A network with numbers to try it on. */
export interface Trial {
  /** As a model file holds it. */
  readonly model: unknown;
  readonly training?: true;
  readonly plan: Plan;
  readonly state: ProgramState;
  readonly batch: ProbeBatch;
}

/** What PyTorch makes of a trial. */
export interface Verdict {
  /** The loss, every layer's output and every parameter's gradient, by the names of `tensorsOf`. */
  readonly tensors: Map<string, HostTensor>;
  /** In training: running means and variances after the step. */
  readonly running: Map<string, HostTensor>;
}

/** The same networks in PyTorch, in float64 by autograd. */
export function judge(trials: readonly Trial[]): readonly Verdict[] {
  const answers = runPython(script, { cases: trials.map(request) });
  return trials.map((trial, i) => verdict(trial, answers[i] as Answer));
}

/** Numbers are little-endian float64 in base64. */
interface Answer {
  readonly loss: number;
  readonly tensors: Readonly<Record<string, string>>;
}

function request({ model, training, plan, state, batch: { x, y, count } }: Trial) {
  const parameters = plan.parameters.map(({ name, shape }) => {
    const data = state.parameters.get(name);
    if (!data) throw new Error(`the trial has no ${name}`);
    return [name, { shape, data: packed(data) }] as const;
  });
  return {
    model,
    training: training === true,
    count,
    x: packed(x),
    y: y instanceof Int32Array ? [...y] : packed(y),
    parameters: Object.fromEntries(parameters),
  };
}

function verdict({ plan, batch, training }: Trial, { loss, tensors }: Answer): Verdict {
  const tensor = (name: string, shape: readonly number[]): [string, HostTensor] => {
    const data = tensors[name];
    if (data === undefined) throw new Error(`PyTorch gave no ${name}`);
    return [name, { shape, data: unpacked(data) }];
  };
  const isAverage = ({ update }: Plan['parameters'][number]) => update.type === 'average';
  const trained = plan.parameters.filter((parameter) => !isAverage(parameter));
  const averaged = training ? plan.parameters.filter(isAverage) : [];
  return {
    tensors: new Map([
      ['loss', { shape: [1], data: Float64Array.of(loss) }],
      ...plan.layers.map(({ id, output }) =>
        tensor(`${id}.out`, [batch.count, ...(plan.values[output]?.shape ?? [])]),
      ),
      ...trained.map(({ name, shape }) => tensor(`${name}.grad`, shape)),
    ]),
    running: new Map(averaged.map(({ name, shape }) => tensor(name, shape))),
  };
}

function packed(numbers: Float32Array): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64');
}

function unpacked(numbers: string): Float64Array {
  return new Float64Array(Uint8Array.from(Buffer.from(numbers, 'base64')).buffer);
}
