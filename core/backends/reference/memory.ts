import type { OperandRef, Plan } from '../../graph/plan.ts';
import type { KernelTensor } from '../../kernels/kernel.ts';
import { elements } from '../../kernels/shape.ts';
import type { ProgramState } from '../backend.ts';

/** The buffers of one program: arena, parameters, gradients, velocities, target and losses. */
export class Memory {
  readonly #plan: Plan;
  readonly parameters: readonly KernelTensor[];
  readonly gradients: readonly KernelTensor[];
  readonly velocities: readonly KernelTensor[];
  #arena: Float64Array;
  #capacity: number;
  #count = 0;
  #target: KernelTensor = { shape: [0], data: new Float64Array(0) };
  #losses = new Float64Array(0);

  constructor(plan: Plan, batchSize: number) {
    const zeros = () =>
      plan.parameters.map(({ shape }) => ({ shape, data: new Float64Array(elements(shape)) }));
    this.#plan = plan;
    this.parameters = zeros();
    this.gradients = zeros();
    this.velocities = zeros();
    this.#capacity = batchSize;
    this.#arena = new Float64Array(plan.arenaSize * batchSize);
  }

  get bytes(): number {
    const stored = this.parameters.reduce((sum, { data }) => sum + data.length, 0);
    return 8 * (this.#arena.length + 3 * stored + this.#losses.length);
  }

  get losses(): Float64Array {
    return this.#losses;
  }

  /** Makes room for a batch of `count` samples with this target. */
  begin(count: number, target: KernelTensor): void {
    if (count > this.#capacity) {
      this.#capacity = count;
      this.#arena = new Float64Array(this.#plan.arenaSize * count);
    }
    this.#count = count;
    this.#target = target;
    this.#losses = new Float64Array(count);
  }

  /** A value of the current batch, [N, ...shape]. */
  value(id: number): KernelTensor {
    const value = this.#plan.values[id];
    if (!value) throw new RangeError(`the plan has no value ${id}`);
    const start = value.offset * this.#capacity;
    const size = elements(value.shape) * this.#count;
    return { shape: [this.#count, ...value.shape], data: this.#arena.subarray(start, start + size) };
  }

  /** The tensor that an operand of a call stands for. */
  resolve(operand: OperandRef | null): KernelTensor | null {
    if (operand === null) return null;
    if ('value' in operand) return this.value(operand.value);
    if ('parameter' in operand) return this.parameters[operand.parameter] ?? null;
    if ('gradient' in operand) return this.gradients[operand.gradient] ?? null;
    if ('target' in operand) return this.#target;
    return { shape: [this.#count], data: this.#losses };
  }

  /** Absent parameters keep what they have; absent velocities start from rest. */
  load(state: ProgramState): void {
    this.#plan.parameters.forEach(({ name }, i) => {
      fill(this.parameters[i], state.parameters.get(name), name);
      const velocity = state.optimizer.get(`${name}.velocity`);
      if (velocity) fill(this.velocities[i], velocity, `${name}.velocity`);
      else this.velocities[i]?.data.fill(0);
    });
  }

  save(): ProgramState {
    const state = { parameters: new Map<string, Float32Array>(), optimizer: new Map<string, Float32Array>() };
    this.#plan.parameters.forEach(({ name, update }, i) => {
      state.parameters.set(name, Float32Array.from(this.parameters[i]?.data ?? []));
      if (update.type !== 'descent') return;
      state.optimizer.set(`${name}.velocity`, Float32Array.from(this.velocities[i]?.data ?? []));
    });
    return state;
  }
}

function fill(tensor: KernelTensor | undefined, values: Float32Array | undefined, name: string): void {
  if (!values) return;
  if (values.length !== tensor?.data.length) {
    throw new RangeError(`${name} has ${values.length} elements, the plan wants ${tensor?.data.length ?? 0}`);
  }
  tensor.data.set(values);
}
