import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../../core/graph/compile.ts';
import { buildGraph } from '../../../core/graph/graph.ts';
import { parseModel } from '../../../core/graph/parse.ts';
import type { KernelCall, OperandRef, Plan } from '../../../core/graph/plan.ts';
import { kernels } from '../../../core/kernels/index.ts';
import { operandAt, sampleShape, wholeShape } from '../../../core/kernels/operands.ts';
import { elements } from '../../../core/kernels/shape.ts';
import { layers } from '../../../core/layers/index.ts';
import { resolveModel } from '../../../core/models/index.ts';
import { checkGraph } from '../../support/plans.ts';

const planOf = (specs: Record<string, unknown>[], retain = false) =>
  compilePlan(
    buildGraph(
      parseModel({ version: 1, name: 'test', input: [1, 6, 6], layers: specs, loss: { type: 'mse' } }),
    ),
    { retain },
  );

const callsOf = ({ forward, loss, backward }: Plan): KernelCall[] => [...forward, loss, ...backward];
const names = (calls: readonly KernelCall[]) => calls.map(({ layer, kernel }) => `${layer} ${kernel}`);
const valueIds = (operands: readonly (OperandRef | null)[]) =>
  operands.flatMap((operand) => (operand && 'value' in operand ? [operand.value] : []));

const examples: [string, Plan][] = [
  ...[...layers.values()].flatMap(({ type, gradientChecks }) =>
    gradientChecks.map((check): [string, Plan] => [
      `${type}, ${check.name}`,
      compilePlan(checkGraph(check), { retain: false }),
    ]),
  ),
  ['lenet-5', compilePlan(buildGraph(await resolveModel({ preset: 'lenet-5' })), { retain: false })],
];

describe('a plan', () => {
  it('lists forward calls, the loss, and backward calls in reverse', () => {
    const plan = planOf([
      { id: 'C', type: 'conv', filters: 2, kernel: 3, activation: 'sigmoid' },
      { id: 'P', type: 'pool', mode: 'mean', size: 2 },
      { id: 'D', type: 'dense', units: 3 },
    ]);
    expect(names(callsOf(plan))).toEqual([
      'C conv2d.forward',
      'P mean-pool.forward',
      'D dense.forward',
      'D mse',
      'D dense.backward-weight',
      'D dense.backward-input',
      'P mean-pool.backward',
      'C activation.backward',
      'C conv2d.backward-weight',
    ]);
  });

  it('never computes a gradient that no parameter needs', () => {
    const plan = planOf([
      { id: 'P', type: 'pool', mode: 'max', size: 2 },
      { id: 'A', type: 'activation', fn: 'tanh' },
      { id: 'D', type: 'dense', units: 3 },
    ]);
    expect(names(plan.backward)).toEqual(['D dense.backward-weight']);
  });

  it('computes no gradient at all where there is nothing to train', () => {
    const plan = planOf([{ id: 'P', type: 'pool', mode: 'max', size: 2 }]);
    expect(plan.backward).toEqual([]);
    expect(plan.loss.outputs).toEqual([{ losses: true }, null]);
  });

  it('sums the gradients of a value with several consumers before its layer uses them', () => {
    const plan = planOf([
      { id: 'A', type: 'dense', units: 3 },
      { id: 'B', type: 'dense', units: 3, from: ['A'] },
      { id: 'C', type: 'dense', units: 3, from: ['A'] },
      { id: 'S', type: 'add', from: ['A', 'B', 'C'] },
    ]);
    expect(names(plan.backward)).toEqual([
      'C dense.backward-weight',
      'C dense.backward-input',
      'B dense.backward-weight',
      'B dense.backward-input',
      'A add.forward',
      'A dense.backward-weight',
    ]);
    expect(plan.backward[4]?.inputs).toHaveLength(3);
  });

  it('adds nothing for flatten but a view', () => {
    const plan = planOf([
      { id: 'C', type: 'conv', filters: 2, kernel: 3 },
      { id: 'F', type: 'flatten' },
      { id: 'D', type: 'dense', units: 3 },
    ]);
    expect(plan.forward.map(({ layer }) => layer)).toEqual(['C', 'D']);
    const [conv, flat] = plan.layers.map(({ output }) => plan.values[output]);
    expect(flat?.offset).toBe(conv?.offset);
    expect(flat?.shape).toEqual([32]);
  });

  it('counts only the connections that are present as parameters, and masks the others', () => {
    const table = ['X.', '.X'];
    const plan = planOf([
      { id: 'A', type: 'conv', filters: 2, kernel: 1 },
      { id: 'B', type: 'conv', filters: 2, kernel: 1, connections: table, bias: false },
    ]);
    const weight = plan.parameters.find(({ name }) => name === 'B.weight');
    expect(weight?.count).toBe(2);
    expect([...(weight?.mask ?? [])]).toEqual([1, 0, 0, 1]);
  });

  it('lets weight decay act on weights alone', () => {
    const plan = planOf([{ id: 'D', type: 'dense', units: 3 }]);
    expect(plan.parameters.map(({ name, update }) => [name, update])).toEqual([
      ['D.weight', { type: 'descent', decays: true }],
      ['D.bias', { type: 'descent', decays: false }],
    ]);
  });

  it('keeps every value apart when asked to', () => {
    const plan = planOf(
      [
        { id: 'C', type: 'conv', filters: 2, kernel: 3, activation: 'relu' },
        { id: 'A', type: 'activation', fn: 'tanh' },
        { id: 'D', type: 'dense', units: 3 },
      ],
      true,
    );
    expect(plan.retained).toBe(true);
    expect(plan.arenaSize).toBe(plan.values.reduce((sum, { shape }) => sum + elements(shape), 0));
  });
});

describe.each(examples)('the plan of %s', (_, plan) => {
  it('calls kernels with attributes and shapes that they accept', () => {
    for (const call of callsOf(plan)) checkCall(plan, call);
  });

  it('writes every gradient exactly once going back, and what running averages follow going forward', () => {
    const writtenIn = (calls: readonly KernelCall[]) =>
      calls
        .flatMap(({ outputs }) =>
          outputs.flatMap((operand) => (operand && 'gradient' in operand ? [operand.gradient] : [])),
        )
        .toSorted((a, b) => a - b);
    const updated = (type: string) =>
      plan.parameters.flatMap(({ update }, id) => (update.type === type ? [id] : []));
    expect(writtenIn(plan.backward)).toEqual(updated('descent'));
    expect(writtenIn(plan.forward)).toEqual(updated('average'));
  });

  it('never overwrites a value that is still to be read', () => {
    expect(clobbered(plan)).toEqual([]);
  });

  it('lets an output lie on an input only where the kernel allows it, and then exactly', () => {
    for (const call of callsOf(plan)) expect(overlaps(plan, call)).toEqual([]);
  });

  it('fits its arena', () => {
    const ends = plan.values.map(({ offset, shape }) => offset + elements(shape));
    expect(Math.max(...ends)).toBe(plan.arenaSize);
  });
});

/** Pairs of an output and an input of one call that share memory though the kernel does not allow it. */
function overlaps(plan: Plan, call: KernelCall): string[] {
  const allowed = kernels.get(call.kernel)?.inPlace ?? [];
  return call.outputs.flatMap((output, o) =>
    call.inputs.flatMap((input, i) => {
      if (!output || !input || !('value' in output) || !('value' in input)) return [];
      const [a, b] = [plan.values[output.value], plan.values[input.value]];
      if (!a || !b) throw new Error('a value that the plan does not have');
      const apart = a.offset + elements(a.shape) <= b.offset || b.offset + elements(b.shape) <= a.offset;
      const inPlace = o === 0 && allowed.includes(i) && a.offset === b.offset;
      return apart || inPlace ? [] : [`${call.kernel} writes ${a.name} over ${b.name}`];
    }),
  );
}

function checkCall(plan: Plan, call: KernelCall): void {
  const kernel = kernels.get(call.kernel);
  if (!kernel) throw new Error(`no kernel ${call.kernel}`);
  expect(() => kernel.attributes.parse(call.attributes)).not.toThrow();
  const inputs = call.inputs.map((operand, i) => operand && shapeOf(plan, operand, i, call));
  const expected = kernel.shapes(inputs, call.attributes);
  call.outputs.forEach((operand, i) => {
    if (operand && !('losses' in operand)) expect(shapeOf(plan, operand, i, call)).toEqual(expected[i]);
  });
}

function shapeOf(plan: Plan, operand: OperandRef, position: number, call: KernelCall): readonly number[] {
  if ('value' in operand) return plan.values[operand.value]?.shape ?? [];
  if ('parameter' in operand) return plan.parameters[operand.parameter]?.shape ?? [];
  if ('gradient' in operand) return plan.parameters[operand.gradient]?.shape ?? [];
  const role = operandAt(kernels.get(call.kernel)?.inputs ?? [], position);
  return sampleShape(role, wholeShape(role, [], 1));
}

/**
 * Runs the plan over an arena of names instead of numbers: each element remembers which value wrote it last, and every
 * read must find its own. Independent of how places were chosen.
 */
function clobbered(plan: Plan): string[] {
  const arena: string[] = Array.from({ length: plan.arenaSize }, () => '');
  const owner = new Map<number, string>();
  const place = (id: number) => {
    const { offset = 0, shape = [] } = plan.values[id] ?? {};
    return { offset, size: elements(shape) };
  };
  const write = (id: number) => {
    const { offset, size } = place(id);
    arena.fill(`v${id}`, offset, offset + size);
    owner.set(id, `v${id}`);
  };
  const faults: string[] = [];
  const read = (id: number, by: string) => {
    const { offset, size } = place(id);
    // A view was written under the name of the value it shows.
    const expected = owner.get(id) ?? arena[offset];
    if (arena[offset] === '' || arena.slice(offset, offset + size).some((found) => found !== expected)) {
      faults.push(`${plan.values[id]?.name} is gone when ${by} reads it`);
    }
    if (!owner.has(id) && expected !== undefined) owner.set(id, expected);
  };
  write(plan.inputValue);
  for (const { layer, kernel, inputs, outputs } of callsOf(plan)) {
    for (const id of valueIds(inputs)) read(id, `${layer} ${kernel}`);
    for (const id of valueIds(outputs)) write(id);
  }
  read(plan.outputValue, 'the caller');
  return faults;
}
