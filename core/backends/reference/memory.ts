import type { OperandRef, Plan } from '../../graph/plan.ts';
import type { KernelTensor, Shape } from '../../kernels/kernel.ts';
import { elements } from '../../kernels/shape.ts';
import type { ProgramState } from '../backend.ts';

/** What is kept of each parameter between steps. */
export interface Kept {
  /** Of the optimizer, in the order of its kernel. */
  readonly states: readonly string[];
  /** Whether an average of the weights is kept. */
  readonly average: boolean;
}

/** The buffers of one program: arena, parameters, gradients, what the optimizer keeps, target and losses. */
export class Memory {
  readonly #plan: Plan;
  readonly parameters: readonly KernelTensor[];
  readonly gradients: readonly KernelTensor[];
  /** By parameter, then by state. */
  readonly states: readonly (readonly KernelTensor[])[];
  /** None where none are kept. */
  readonly averages: readonly KernelTensor[];
  readonly #kept: Kept;
  #arena: Float64Array;
  #capacity: number;
  #count = 0;
  #target: KernelTensor = { shape: [0], data: new Float64Array(0) };
  #losses = new Float64Array(0);

  constructor(plan: Plan, batchSize: number, kept: Kept) {
    const zeros = ({ shape }: { shape: Shape }) => ({ shape, data: new Float64Array(elements(shape)) });
    this.#plan = plan;
    this.#kept = kept;
    this.parameters = plan.parameters.map(zeros);
    this.gradients = plan.parameters.map(zeros);
    this.states = plan.parameters.map((parameter) => kept.states.map(() => zeros(parameter)));
    this.averages = kept.average ? plan.parameters.map(zeros) : [];
    this.#capacity = batchSize;
    this.#arena = new Float64Array(plan.arenaSize * batchSize);
  }

  get bytes(): number {
    const stored = [...this.parameters, ...this.gradients, ...this.states.flat(), ...this.averages];
    const values = stored.reduce((sum, { data }) => sum + data.length, 0);
    return 8 * (this.#arena.length + values + this.#losses.length);
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

  /** Absent parameters keep what they have; absent states start from 0, an absent average from the parameter. */
  load(state: ProgramState): void {
    this.#plan.parameters.forEach(({ name }, i) => {
      fill(this.parameters[i], state.parameters.get(name), name);
      this.#kept.states.forEach((kept, k) => {
        const values = state.optimizer.get(`${name}.${kept}`);
        if (values) fill(this.states[i]?.[k], values, `${name}.${kept}`);
        else this.states[i]?.[k]?.data.fill(0);
      });
      const average = state.optimizer.get(`${name}.average`);
      if (average) fill(this.averages[i], average, `${name}.average`);
      else this.averages[i]?.data.set(this.parameters[i]?.data ?? []);
    });
  }

  save(): ProgramState {
    const state = { parameters: new Map<string, Float32Array>(), optimizer: new Map<string, Float32Array>() };
    this.#plan.parameters.forEach(({ name, update }, i) => {
      state.parameters.set(name, rounded(this.parameters[i]));
      if (update.type !== 'descent') return;
      this.#kept.states.forEach((kept, k) => {
        state.optimizer.set(`${name}.${kept}`, rounded(this.states[i]?.[k]));
      });
      if (this.#kept.average) state.optimizer.set(`${name}.average`, rounded(this.averages[i]));
    });
    return state;
  }
}

function rounded(tensor: KernelTensor | undefined): Float32Array {
  return Float32Array.from(tensor?.data ?? []);
}

function fill(tensor: KernelTensor | undefined, values: Float32Array | undefined, name: string): void {
  if (!values || !tensor) return;
  if (values.length !== tensor.data.length) {
    throw new RangeError(`${name} has ${values.length} elements, the plan wants ${tensor.data.length}`);
  }
  tensor.data.set(values);
}
