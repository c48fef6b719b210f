import type { CompileOptions } from '../backend.ts';
import type { Dispatch, StepContext } from './dispatch.ts';
import { clipToNorm } from './kernels/clip.ts';
import { addPartials, tableRow } from './kernels/sums.ts';
import { updateAll } from './kernels/update.ts';
import { type LoweredPlan, type Operation, wholeStep } from './lower.ts';
import type { ProgramMemory } from './memory.ts';
import type { Shader } from './shader.ts';

/** Dispatches of a step, in order. */
export interface Stages {
  readonly forward: readonly Dispatch[];
  readonly loss: readonly Dispatch[];
  readonly backward: readonly Dispatch[];
  readonly update: readonly Dispatch[];
}

/** Compiles the shaders of a plan and binds them to its buffers. @throws as `Gpu.guarded` */
export async function prepareStages(
  context: StepContext,
  memory: ProgramMemory,
  lowered: LoweredPlan,
  options: CompileOptions,
): Promise<Stages> {
  const operations = wholeStep(lowered);
  const loss = lowered.forward.length;
  const last = operations.length - 1;
  const [prepared, sums, update] = await Promise.all([
    Promise.all(operations.map((operation, i) => prepareOperation(context, memory, operation, i))),
    prepare(context, memory, 'sums of gradients', sumsOf(memory), last),
    prepare(context, memory, 'update of all parameters', updatesOf(context, memory, options), last),
  ]);
  return {
    forward: prepared.slice(0, loss).flat(),
    loss: prepared[loss] ?? [],
    backward: [...prepared.slice(loss + 1).flat(), ...sums],
    update,
  };
}

/** @param number of the operation in a fault */
export function prepareOperation(
  context: StepContext,
  memory: ProgramMemory,
  { label, shaders }: Operation,
  number: number,
): Promise<Dispatch[]> {
  return prepare(context, memory, label, shaders, number);
}

function prepare(
  context: StepContext,
  memory: ProgramMemory,
  label: string,
  shaders: readonly Shader[],
  operation: number,
): Promise<Dispatch[]> {
  const resolve = memory.resolve.bind(memory);
  return Promise.all(shaders.map((shader) => context.prepare(label, shader, resolve, operation)));
}

/** Adds up the gradients that are made in parts, where there are some. */
function sumsOf({ sumsTable }: ProgramMemory): Shader[] {
  const rows = sumsTable.length / tableRow;
  const places = {
    partials: { all: 'partials' },
    gradients: { all: 'gradients' },
    table: { sumsTable: 0 },
  } as const;
  return rows === 0 ? [] : [addPartials(rows, places)];
}

function updatesOf({ gpu }: StepContext, { parameters: { size } }: ProgramMemory, options: CompileOptions) {
  const { clip } = options;
  const clipping = clip?.type === 'norm' ? clipToNorm(clip.bound, size, gpu.subgroups) : [];
  return [...clipping, updateAll(options, size)];
}
