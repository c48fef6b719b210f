import type { KernelCall, OperandRef, ParameterUpdate, Plan, PlanValue } from '../../graph/plan.ts';
import { activationName } from '../../kernels/activations.ts';
import { connected } from '../../kernels/connections.ts';
import { globalPoolMode } from '../../kernels/global-pool.ts';
import { hingeRule } from '../../kernels/hinge.ts';
import type { Shape } from '../../kernels/kernel.ts';
import { elements } from '../../kernels/shape.ts';

/** A plan as the addon reads it (src/addon/read_plan.cpp): one list of calls, attributes as numbers. */
export interface NativePlan {
  readonly values: readonly Pick<PlanValue, 'name' | 'shape' | 'offset'>[];
  readonly parameters: readonly NativeParameter[];
  readonly calls: readonly NativeCall[];
  /** Place of the loss in `calls`; -1 without one. */
  readonly loss: number;
  /** Value that a batch of samples is read into. */
  readonly input: number;
  readonly arenaSize: number;
}

export interface NativeParameter {
  readonly name: string;
  readonly layer: string;
  readonly shape: Shape;
  readonly update: ParameterUpdate['type'];
  /** Of `descent`. */
  readonly decays: boolean;
  /** Of `average`. */
  readonly share: number;
  readonly observations: number;
}

export interface NativeCall {
  readonly kernel: string;
  readonly layer: string;
  readonly inputs: readonly (NativeOperand | null)[];
  readonly outputs: readonly (NativeOperand | null)[];
  /** Attributes by name; a choice by its place among its names (see `choices`). */
  readonly numbers: readonly (readonly [name: string, value: number])[];
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
    parameters: plan.parameters.map(lowerParameter),
    calls: [...plan.forward, plan.loss, ...plan.backward].map(lowerCall),
    loss: plan.forward.length,
    input: plan.inputValue,
    arenaSize: plan.arenaSize,
  };
}

export function lowerParameter(parameter: {
  readonly name: string;
  readonly layer: string;
  readonly shape: Shape;
  readonly update: ParameterUpdate;
}): NativeParameter {
  const { name, layer, shape, update } = parameter;
  return {
    name,
    layer,
    shape,
    update: update.type,
    decays: update.type === 'descent' && update.decays,
    share: update.type === 'average' ? update.share : 0,
    observations: (update.type === 'average' && update.observations) || 0,
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

/** Attributes that are a choice: the addon's enumerations are in this order. */
const choices: Readonly<Record<string, readonly string[]>> = {
  activation: activationName.options,
  mode: globalPoolMode.options,
  rule: hingeRule.options,
};

/** Those the addon needs; shapes it has from the operands. */
function lowerAttributes(
  attributes: Readonly<Record<string, unknown>>,
): Pick<NativeCall, 'numbers' | 'connections' | 'parts'> {
  const { connections, inputShapes } = attributes;
  const numbers = Object.entries(attributes).flatMap(([name, value]): [string, number][] => {
    if (typeof value === 'number') return [[name, value]];
    return typeof value === 'string' ? [[name, placeOf(name, value)]] : [];
  });
  return {
    numbers,
    ...(isTable(connections) && { connections: lowerConnections(connections) }),
    ...(isShapes(inputShapes) && { parts: inputShapes.map(elements) }),
  };
}

function placeOf(name: string, value: string): number {
  const place = choices[name]?.indexOf(value) ?? -1;
  if (place < 0) throw new RangeError(`attribute ${name} cannot be ${value}`);
  return place;
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
