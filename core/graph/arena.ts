import { kernels } from '../kernels/index.ts';
import type { Shape } from '../kernels/kernel.ts';
import { elements } from '../kernels/shape.ts';
import type { KernelCall, OperandRef, PlanValue } from './plan.ts';

/** A value before it has a place; a view lies where the value it is a view of lies. */
export interface UnplacedValue {
  readonly id: number;
  readonly name: string;
  readonly shape: Shape;
  readonly viewOf?: number;
}

/** Values that lie in one place, and the calls between which it is occupied (inclusive). */
interface Block {
  readonly size: number;
  first: number;
  last: number;
  offset: number;
}

export interface Arena {
  readonly values: PlanValue[];
  /** Elements per sample. */
  readonly size: number;
}

/** Every value in a place of its own (views apart): all can be read after the step. */
export function placeApart(values: readonly UnplacedValue[]): Arena {
  const offsets: number[] = [];
  let size = 0;
  for (const { shape, viewOf } of values) {
    if (viewOf !== undefined) {
      offsets.push(offsets[viewOf] as number);
      continue;
    }
    offsets.push(size);
    size += elements(shape);
  }
  return { values: placed(values, offsets), size };
}

/**
 * Values whose lifetimes do not meet share memory: a call's output takes over its input's place where the kernel allows
 * it and the input is not needed again; then blocks are laid out largest first, each at the lowest offset that is free
 * while it lives.
 * @param calls the whole step in order
 * @param pinned values that are kept to the end of the step (the network's output)
 */
export function placeShared(
  values: readonly UnplacedValue[],
  calls: readonly KernelCall[],
  pinned: ReadonlySet<number>,
): Arena {
  const blocks = lifetimes(values, calls, pinned);
  takeOver(blocks, calls);
  const distinct = [...new Set(blocks)];
  const size = layOut(distinct);
  return {
    values: placed(
      values,
      blocks.map(({ offset }) => offset),
    ),
    size,
  };
}

function placed(values: readonly UnplacedValue[], offsets: readonly number[]): PlanValue[] {
  return values.map((value, i) => ({ ...value, offset: offsets[i] as number }));
}

function valueIds(operands: readonly (OperandRef | null)[]): number[] {
  return operands.flatMap((operand) => (operand && 'value' in operand ? [operand.value] : []));
}

/** One block for each value, shared by its views; before any call (-1) for what no call writes, the input. */
function lifetimes(
  values: readonly UnplacedValue[],
  calls: readonly KernelCall[],
  pinned: ReadonlySet<number>,
): Block[] {
  const blocks: Block[] = [];
  for (const { shape, viewOf } of values) {
    const own = { size: elements(shape), first: -1, last: -1, offset: 0 };
    blocks.push(viewOf === undefined ? own : (blocks[viewOf] as Block));
  }
  calls.forEach((call, time) => {
    for (const id of valueIds(call.outputs)) (blocks[id] as Block).first = time;
    for (const id of [...valueIds(call.inputs), ...valueIds(call.outputs)]) (blocks[id] as Block).last = time;
  });
  for (const id of pinned) (blocks[id] as Block).last = calls.length;
  return blocks;
}

/** Merges an output's block into that of an input which ends with the call, where the kernel may write in place. */
function takeOver(blocks: Block[], calls: readonly KernelCall[]): void {
  calls.forEach((call, time) => {
    const [output] = call.outputs;
    if (!output || !('value' in output)) return;
    const taken = blocks[output.value] as Block;
    for (const position of kernels.get(call.kernel)?.inPlace ?? []) {
      const input = call.inputs[position];
      if (!input || !('value' in input)) continue;
      const given = blocks[input.value] as Block;
      if (given.last !== time || given.size !== taken.size) continue;
      // The same value twice in one call: a kernel that goes over its inputs one by one would read what it wrote.
      if (valueIds(call.inputs).filter((id) => blocks[id] === given).length > 1) continue;
      given.last = taken.last;
      blocks.forEach((block, id) => {
        if (block === taken) blocks[id] = given;
      });
      return;
    }
  });
}

/** Gives each block its offset; returns the arena's size. */
function layOut(blocks: Block[]): number {
  const settled: Block[] = [];
  for (const block of blocks.toSorted((a, b) => b.size - a.size || a.first - b.first)) {
    const rivals = settled
      .filter((other) => other.first <= block.last && block.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    block.offset = 0;
    for (const rival of rivals) {
      if (block.offset + block.size <= rival.offset) break;
      block.offset = Math.max(block.offset, rival.offset + rival.size);
    }
    settled.push(block);
  }
  return settled.reduce((size, { offset, size: extent }) => Math.max(size, offset + extent), 0);
}
