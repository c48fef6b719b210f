import type { KernelCall, OperandRef, Plan, PlanParameter, PlanValue } from '../../graph/plan.ts';
import { activationName } from '../../kernels/activations.ts';
import { connected } from '../../kernels/connections.ts';
import { elements } from '../../kernels/shape.ts';

/** A plan as the addon reads it (src/addon/read_plan.cpp): one list of calls, attributes as whole numbers. */
export interface NativePlan {
  readonly values: readonly Pick<PlanValue, 'name' | 'shape' | 'offset'>[];
  readonly parameters: readonly Pick<PlanParameter, 'name' | 'layer' | 'shape' | 'decays'>[];
  readonly calls: readonly NativeCall[];
  /** Place of the loss in `calls`; -1 without one. */
  readonly loss: number;
  /** Value that a batch of samples is read into. */
  readonly input: number;
  readonly arenaSize: number;
}

export interface NativeCall {
  readonly kernel: string;
  readonly layer: string;
  readonly inputs: readonly (NativeOperand | null)[];
  readonly outputs: readonly (NativeOperand | null)[];
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  readonly size?: number;
  /** Place in `activationName`. */
  readonly activation?: number;
  /** [filters, channels], 1 where connected. */
  readonly connections?: Uint8Array;
  /** Elements of each part of a concatenation. */
  readonly parts?: readonly number[];
}

export interface NativeOperand {
  readonly role: 'value' | 'parameter' | 'gradient' | 'target' | 'losses';
  readonly index: number;
}

export function lowerPlan(plan: Plan): NativePlan {
  return {
    values: plan.values,
    parameters: plan.parameters,
    calls: [...plan.forward, plan.loss, ...plan.backward].map(lowerCall),
    loss: plan.forward.length,
    input: plan.inputValue,
    arenaSize: plan.arenaSize,
  };
}

export function lowerCall({ kernel, layer, inputs, outputs, attributes }: KernelCall): NativeCall {
  return {
    kernel,
    layer,
    inputs: inputs.map(lowerOperand),
    outputs: outputs.map(lowerOperand),
    ...lowerAttributes(attributes),
  };
}

function lowerOperand(operand: OperandRef | null): NativeOperand | null {
  if (operand === null) return null;
  if ('value' in operand) return { role: 'value', index: operand.value };
  if ('parameter' in operand) return { role: 'parameter', index: operand.parameter };
  if ('gradient' in operand) return { role: 'gradient', index: operand.gradient };
  return { role: 'target' in operand ? 'target' : 'losses', index: 0 };
}

/** Those the addon needs; shapes it has from the operands. */
function lowerAttributes(attributes: Readonly<Record<string, unknown>>): Partial<NativeCall> {
  const { activation, connections, inputShapes } = attributes;
  const numbers = ['stride', 'pad', 'groups', 'size'].filter((name) => name in attributes);
  return {
    ...Object.fromEntries(numbers.map((name) => [name, attributes[name]])),
    ...(activation !== undefined && {
      activation: activationName.options.indexOf(activationName.parse(activation)),
    }),
    ...(isTable(connections) && { connections: lowerConnections(connections) }),
    ...(isShapes(inputShapes) && { parts: inputShapes.map(elements) }),
  };
}

/** From a row for each input map to a row for each filter, the order of the weights. */
function lowerConnections(table: readonly string[]): Uint8Array {
  const filters = table[0]?.length ?? 0;
  const present = new Uint8Array(filters * table.length);
  for (let filter = 0; filter < filters; filter++) {
    for (let map = 0; map < table.length; map++) {
      present[filter * table.length + map] = connected(table, map, filter) ? 1 : 0;
    }
  }
  return present;
}

function isTable(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((row) => typeof row === 'string');
}

function isShapes(value: unknown): value is readonly number[][] {
  return Array.isArray(value) && value.every(Array.isArray);
}
