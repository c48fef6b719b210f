import { ConvolabError } from '../../contract/errors.ts';
import type { OperandRef, ParameterUpdate, PlanValue } from '../../graph/plan.ts';
import { kernels } from '../../kernels/index.ts';
import type { Kernel, Operand, Role, Shape } from '../../kernels/kernel.ts';
import { operandAt, sampleShape, wholeShape } from '../../kernels/operands.ts';
import { optimizerKernels } from '../../kernels/optimizers/index.ts';
import { elements } from '../../kernels/shape.ts';
import type { HostTensor, SingleCall } from '../backend.ts';
import {
  type Addon,
  lowerChoice,
  type NativeChoice,
  type NativeProgram,
  type NativeTarget,
  native,
  nativeJob,
  type Storage,
} from './addon.ts';
import { lowerCall, lowerParameter, type NativeParameter } from './lower.ts';
import { noClip, stateStorages } from './program.ts';

/** Elements left free, and watched, between two values of the arena. */
const gap = 4;

/** How kernels are judged: on one thread, watched. */
const alone = { threads: 1, clip: noClip, average: 0, guard: true, profile: false } as const;

/** What is needed of the addon to run kernels alone. */
export type KernelHost = Pick<
  Addon,
  'create' | 'dispose' | 'execute' | 'intact' | 'read' | 'update' | 'write'
>;

/**
 * Runs one kernel as a program of one call, every value between guards.
 * @throws `backend.unsupported` for an unknown kernel, `argument.invalid` for operands that do not fit, `internal` where
 *   the kernel wrote beyond its operands
 */
export async function runSingle(addon: KernelHost, path: string, call: SingleCall): Promise<HostTensor[]> {
  const kernel = kernels.get(call.kernel);
  if (!kernel) {
    throw new ConvolabError('backend.unsupported', `The CPU backend has no kernel ${call.kernel}.`, {
      subject: call.kernel,
    });
  }
  const update = updates[kernel.name];
  if (update) return runUpdate(addon, path, call, update(call));
  return new SingleRun(addon, kernel, call).run(path);
}

/** Places the operands of one call, runs it, and reads what it wrote. */
class SingleRun {
  readonly #addon: KernelHost;
  readonly #kernel: Kernel;
  readonly #call: SingleCall;
  readonly #values: Omit<PlanValue, 'id'>[] = [];
  readonly #parameters: NativeParameter[] = [];
  #arenaSize = gap;

  constructor(addon: KernelHost, kernel: Kernel, call: SingleCall) {
    this.#addon = addon;
    this.#kernel = kernel;
    this.#call = call;
  }

  async run(path: string): Promise<HostTensor[]> {
    const { kernel: name, batch, attributes, inputs } = this.#call;
    const inputShapes = inputs.map(
      (tensor, i) => tensor && sampleShape(operandAt(this.#kernel.inputs, i), tensor.shape),
    );
    const outputShapes = this.#kernel.shapes(inputShapes, this.#kernel.attributes.parse(attributes));
    const placedInputs = inputShapes.map(
      (shape, i) => shape && this.#place(operandAt(this.#kernel.inputs, i), shape),
    );
    const placedOutputs = outputShapes.map((shape, i) =>
      this.#place(operandAt(this.#kernel.outputs, i), shape),
    );
    const call = lowerCall({
      kernel: name,
      layer: name,
      inputs: placedInputs,
      outputs: placedOutputs,
      attributes,
    });
    const plan = {
      values: this.#values,
      parameters: this.#parameters,
      calls: [call],
      loss: placedOutputs.some((operand) => 'losses' in operand) ? 0 : -1,
      input: 0,
      arenaSize: this.#arenaSize,
    };
    const options = { ...alone, path, batchSize: batch, optimizer: still.optimizer };
    const program = native(() => this.#addon.create(plan, options));
    try {
      return await this.#execute(program, placedInputs, placedOutputs, outputShapes);
    } finally {
      native(() => this.#addon.dispose(program));
    }
  }

  async #execute(
    program: NativeProgram,
    inputs: readonly (OperandRef | null)[],
    outputs: readonly OperandRef[],
    shapes: readonly Shape[],
  ): Promise<HostTensor[]> {
    const { batch } = this.#call;
    const losses = new Float32Array(batch);
    const results = outputs.map((operand, i): HostTensor => {
      const shape = wholeShape(operandAt(this.#kernel.outputs, i), shapes[i] as Shape, batch);
      return { shape, data: 'losses' in operand ? losses : new Float32Array(elements(shape)) };
    });
    const feeds = inputs.flatMap((operand, i) => {
      if (operand === null) return [];
      const data = this.#inputData(i);
      if ('value' in operand) return [{ value: operand.value, data }];
      if ('parameter' in operand) {
        native(() => this.#addon.write(program, 'parameters', operand.parameter, data));
      } else if ('gradient' in operand) {
        native(() => this.#addon.write(program, 'gradients', operand.gradient, data));
      }
      return [];
    });
    const taps = outputs.flatMap((operand, i) =>
      'value' in operand ? [{ value: operand.value, after: 0, data: results[i]?.data as Float32Array }] : [],
    );
    const target = this.#target();
    const moment = this.#call.moment ?? null;
    await nativeJob(() => this.#addon.execute(program, batch, feeds, target, taps, losses, moment));
    outputs.forEach((operand, i) => {
      if ('gradient' in operand)
        results[i]?.data.set(this.#addon.read(program, 'gradients', operand.gradient));
    });
    expectIntact(this.#addon, program, this.#kernel.name);
    return results;
  }

  #place({ name, role }: Operand, shape: Shape): OperandRef {
    return this.#placers[role](name, shape);
  }

  readonly #placers: Readonly<Record<Role, (name: string, shape: Shape) => OperandRef>> = {
    value: (name, shape) => {
      this.#values.push({ name, shape, offset: this.#arenaSize });
      this.#arenaSize += elements(shape) + gap;
      return { value: this.#values.length - 1 };
    },
    parameter: (name, shape) => ({ parameter: this.#addParameter(name, shape) }),
    gradient: (name, shape) => ({ gradient: this.#addParameter(name, shape) }),
    target: () => ({ target: true }),
    scalar: () => ({ losses: true }),
  };

  #addParameter(name: string, shape: Shape): number {
    const update = { type: 'fixed' } as const;
    this.#parameters.push(lowerParameter({ name, layer: this.#kernel.name, shape, update }));
    return this.#parameters.length - 1;
  }

  #inputData(position: number): Float32Array {
    return Float32Array.from(this.#call.inputs[position]?.data ?? []);
  }

  /** Labels where there is one number for each sample, else targets for each class. */
  #target(): NativeTarget | null {
    const position = this.#kernel.inputs.findIndex(({ role }) => role === 'target');
    const tensor = this.#call.inputs[position];
    if (!tensor) return null;
    if (tensor.shape.length === 1) return { labels: Int32Array.from(tensor.data) };
    return { values: this.#inputData(position), classes: elements(tensor.shape.slice(1)) };
  }
}

/** A kernel that the program runs by itself after each step, on one parameter. */
interface Update {
  readonly kind: ParameterUpdate;
  readonly optimizer: NativeChoice;
  readonly rate: number;
  readonly step: number;
  readonly samples: number;
  /** What the call's inputs are, and its outputs. */
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Storage[];
}

const still = { optimizer: lowerChoice({ type: 'sgd' }), rate: 0, step: 1, samples: 1 };

/** `adam.update` and so on: its attributes but for those of the moment are the optimizer's. */
function ofOptimizer(call: SingleCall): Update {
  const { rate, step = 1, ...numbers } = call.attributes as { rate: number; step?: number };
  const states = stateStorages.slice(0, call.inputs.length - 2);
  return {
    ...still,
    optimizer: lowerChoice({ type: call.kernel.split('.')[0] as string, ...numbers }),
    rate,
    step,
    kind: { type: 'descent', decays: true },
    inputs: ['parameters', 'gradients', ...states],
    outputs: ['parameters', ...states],
  };
}

function ofAverage({ attributes }: SingleCall): Update {
  const { share, factor } = attributes as { share: number; factor: number };
  // n / (n - 1) = factor, where any is to be corrected.
  const samples = factor === 1 ? 0 : Math.round(factor / (factor - 1));
  return {
    ...still,
    samples,
    kind: { type: 'average', share, observations: 1 },
    inputs: ['parameters', 'gradients'],
    outputs: ['parameters'],
  };
}

const updates: Readonly<Record<string, (call: SingleCall) => Update>> = {
  ...Object.fromEntries(optimizerKernels.map(({ name }) => [name, ofOptimizer])),
  'average.update': ofAverage,
};

/** Names of the kernels that the program runs by itself. */
export const updateKernels: readonly string[] = Object.keys(updates);

async function runUpdate(
  addon: KernelHost,
  path: string,
  call: SingleCall,
  update: Update,
): Promise<HostTensor[]> {
  const shape = call.inputs[0]?.shape ?? [];
  const parameter = lowerParameter({ name: 'weight', layer: call.kernel, shape, update: update.kind });
  const value = { name: 'none', shape: [1], offset: 0 };
  const plan = { values: [value], parameters: [parameter], calls: [], loss: -1, input: 0, arenaSize: 1 };
  const options = { ...alone, path, batchSize: 1, optimizer: update.optimizer };
  return native(() => {
    const program = addon.create(plan, options);
    update.inputs.forEach((storage, i) => {
      addon.write(program, storage, 0, Float32Array.from(call.inputs[i]?.data ?? []));
    });
    addon.update(program, update.rate, update.step, update.samples);
    expectIntact(addon, program, call.kernel);
    const results = update.outputs.map((storage) => ({ shape, data: addon.read(program, storage, 0) }));
    addon.dispose(program);
    return results;
  });
}

/** @throws `internal` where a guard was overwritten */
export function expectIntact(addon: KernelHost, program: NativeProgram, kernel: string): void {
  if (native(() => addon.intact(program))) return;
  throw new ConvolabError('internal', `${kernel} wrote outside its operands.`, { subject: kernel });
}
