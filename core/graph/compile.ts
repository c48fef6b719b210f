import type { Shape } from '../kernels/kernel.ts';
import { elements } from '../kernels/shape.ts';
import type { EmittedLayer, EmittedOperand, Emitter, LayerParameter, Value } from '../layers/layer.ts';
import { losses } from '../train/losses.ts';
import { placeApart, placeShared, type UnplacedValue } from './arena.ts';
import { type Graph, type GraphLayer, inputId } from './graph.ts';
import type { KernelCall, OperandRef, ParameterUpdate, Plan, PlanParameter } from './plan.ts';

export interface CompilePlanOptions {
  /** Every value keeps its own place, so that outputs and gradients can be read after the step (probes). */
  readonly retain: boolean;
  /** How far the backward pass goes; by default as far as training needs it. */
  readonly backward?: BackwardPass;
}

/**
 * - `parameters`: gradients of what is trained, and of no more than these need;
 * - `input`: of the network's input as well, and so of every layer's output on the way to it;
 * - `seeded`: the same, from a gradient of the output that is given (`Plan.seedValue`) in the place of the loss's;
 * - `none`: there is no backward pass.
 */
export type BackwardPass = 'parameters' | 'input' | 'seeded' | 'none';

/** Turns a graph into the static list of kernel calls of one training step. */
export function compilePlan(graph: Graph, options: CompilePlanOptions): Plan {
  return new PlanBuilder(graph, options.backward ?? 'parameters').build(options.retain);
}

class PlanBuilder {
  readonly #graph: Graph;
  readonly #pass: BackwardPass;
  /** Layers whose output needs a gradient, and `input` where that does. */
  readonly #trained: ReadonlySet<string>;
  readonly #values: UnplacedValue[] = [];
  readonly #parameters: PlanParameter[];
  readonly #parameterIds: ReadonlyMap<string, number>;
  readonly #outputs = new Map<string, Value>();
  readonly #emitted = new Map<string, EmittedLayer>();
  /** Gradients of a layer's output, one from each consumer. */
  readonly #partials = new Map<string, Value[]>();
  /** Whole gradients of outputs, by layer. */
  readonly #gradients = new Map<string, Value>();
  #calls: KernelCall[] = [];

  constructor(graph: Graph, pass: BackwardPass) {
    this.#graph = graph;
    this.#pass = pass;
    this.#trained = pass === 'none' ? new Set() : trainedLayers(graph, pass !== 'parameters');
    this.#parameters = graph.layers.flatMap((layer) =>
      layer.parameters.map((parameter) => planParameter(layer.id, parameter)),
    );
    this.#parameterIds = new Map(this.#parameters.map(({ name }, id) => [name, id]));
  }

  build(retain: boolean): Plan {
    const { name, input, layers, loss } = this.#graph;
    const inputValue = this.#value(inputId, input);
    this.#outputs.set(inputId, inputValue);
    const forward = this.#collect(() => this.#emitForward());
    const output = this.#output(this.#graph.output.id);
    const lossCall = this.#emitLoss(output);
    const backward = this.#collect(() => this.#emitBackward());
    const arena = retain
      ? placeApart(this.#values)
      : placeShared(this.#values, [...forward, lossCall, ...backward], new Set([output.value]));
    return {
      name,
      input,
      values: arena.values,
      parameters: this.#parameters,
      forward,
      loss: lossCall,
      backward,
      layers: layers.map(({ id, spec }) => ({
        id,
        type: spec.type,
        output: this.#output(id).value,
        gradient: this.#gradientOf(id),
      })),
      inputValue: inputValue.value,
      inputGradient: this.#gradientOf(inputId),
      outputValue: output.value,
      seedValue: this.#pass === 'seeded' ? this.#gradientOf(this.#graph.output.id) : null,
      target: losses.get(loss.type)?.target ?? 'labels',
      arenaSize: arena.size,
      retained: retain,
    };
  }

  #emitForward(): void {
    for (const layer of this.#graph.order) {
      const inputs = layer.from.map((id) => this.#output(id));
      const emitted = layer.definition.emit(layer.spec, inputs, this.#emitter(layer));
      this.#emitted.set(layer.id, emitted);
      this.#outputs.set(layer.id, emitted.output);
    }
  }

  #emitLoss(output: Value): KernelCall {
    const { id } = this.#graph.output;
    const dY = this.#trained.has(id) ? this.#value(`${output.name}.grad`, output.shape) : null;
    if (dY) this.#partials.set(id, [dY]);
    const isWritten = dY !== null && this.#pass !== 'seeded';
    const { type, ...attributes } = this.#graph.loss;
    return {
      kernel: losses.get(type)?.kernel ?? type,
      layer: id,
      inputs: [{ value: output.value }, { target: true }],
      outputs: [{ losses: true }, isWritten ? { value: dY.value } : null],
      attributes,
    };
  }

  /** Layers in reverse order: when one's turn comes, everything that takes its output has had its own. */
  #emitBackward(): void {
    for (const layer of this.#graph.order.toReversed()) {
      if (!this.#trained.has(layer.id)) continue;
      const dY = this.#summedGradient(layer.id);
      const wanted = layer.from.map((id) => this.#trained.has(id));
      const gradients = this.#emitted.get(layer.id)?.backward(dY, wanted) ?? [];
      layer.from.forEach((id, i) => {
        const gradient = gradients[i];
        if (gradient) this.#partials.set(id, [...(this.#partials.get(id) ?? []), gradient]);
      });
    }
    if (this.#trained.has(inputId)) this.#summedGradient(inputId);
  }

  /** The gradient of a layer's output: the sum of what its consumers make of it. */
  #summedGradient(id: string): Value {
    const partials = this.#partials.get(id) ?? [];
    const [single] = partials;
    const sum = single && partials.length === 1 ? single : this.#sum(id, partials);
    this.#gradients.set(id, sum);
    return sum;
  }

  #sum(id: string, partials: readonly Value[]): Value {
    const { name, shape } = this.#output(id);
    const sum = this.#value(`${name}.grad`, shape);
    this.#call(id, 'add.forward', partials, [sum], {});
    return sum;
  }

  #gradientOf(id: string): number | null {
    return this.#gradients.get(id)?.value ?? null;
  }

  #emitter(layer: GraphLayer): Emitter {
    const { id } = layer;
    const shared = (input: Value) => this.#consumers(input) > 1;
    return {
      shape: layer.shape,
      output: () => this.#value(`${id}.out`, layer.shape),
      outputView: (of) => this.#value(`${id}.out`, layer.shape, of),
      value: (name, shape) => this.#value(`${id}.${name}`, shape),
      view: (of, name, shape) => this.#value(`${id}.${name}`, shape, of),
      gradientOf: (input) =>
        this.#value(shared(input) ? `${input.name}.grad.${id}` : `${input.name}.grad`, input.shape),
      parameter: (role) => ({ parameter: this.#parameter(id, role) }),
      parameterGradient: (role) => ({ gradient: this.#parameter(id, role) }),
      place: this.#graph.layers.indexOf(layer),
      call: (kernel, inputs, outputs, attributes) => this.#call(id, kernel, inputs, outputs, attributes),
    };
  }

  #consumers(value: Value): number {
    return this.#graph.layers
      .flatMap(({ from }) => from)
      .filter((id) => this.#outputs.get(id)?.value === value.value).length;
  }

  #value(name: string, shape: Shape, viewOf?: Value): Value {
    const id = this.#values.length;
    this.#values.push({ id, name, shape, ...(viewOf && { viewOf: viewOf.value }) });
    return { value: id, name, shape };
  }

  #output(id: string): Value {
    const output = this.#outputs.get(id);
    if (!output) throw new RangeError(`the output of ${id} is not there yet`);
    return output;
  }

  #parameter(layer: string, role: LayerParameter['role']): number {
    const id = this.#parameterIds.get(`${layer}.${role}`);
    if (id === undefined) throw new RangeError(`layer ${layer} has no ${role}`);
    return id;
  }

  #call(
    layer: string,
    kernel: string,
    inputs: readonly EmittedOperand[],
    outputs: readonly EmittedOperand[],
    attributes: Readonly<Record<string, unknown>>,
  ): void {
    this.#calls.push({
      kernel,
      layer,
      inputs: inputs.map(operandRef),
      outputs: outputs.map(operandRef),
      attributes,
    });
  }

  /** The calls that `emit` makes. */
  #collect(emit: () => void): KernelCall[] {
    this.#calls = [];
    emit();
    return this.#calls;
  }
}

function operandRef(operand: EmittedOperand): OperandRef | null {
  return operand && 'value' in operand ? { value: operand.value } : operand;
}

function planParameter(layer: string, parameter: LayerParameter): PlanParameter {
  const { role, shape, initializer, values, mask } = parameter;
  return {
    name: `${layer}.${role}`,
    layer,
    shape,
    initializer,
    update: updateOf(parameter),
    count: countParameter(parameter),
    ...(values && { values }),
    ...(mask && { mask }),
  };
}

function updateOf({ role, update }: LayerParameter): ParameterUpdate {
  return update ?? { type: 'descent', decays: role === 'weight' };
}

/** Elements of a parameter that are trained: absent connections are not, nor are running averages and fixed patterns. */
export function countParameter(parameter: LayerParameter): number {
  const { shape, mask } = parameter;
  if (updateOf(parameter).type !== 'descent') return 0;
  return mask ? mask.reduce((sum, present) => sum + present, 0) : elements(shape);
}

/**
 * Layers with trained parameters, and those behind them: the ones whose output needs a gradient.
 * @param toInput the input needs one too, and so does everything behind it
 */
function trainedLayers(graph: Graph, toInput: boolean): ReadonlySet<string> {
  const trained = new Set<string>(toInput ? [inputId] : []);
  for (const { id, from, parameters } of graph.order) {
    if (
      parameters.some((parameter) => updateOf(parameter).type === 'descent') ||
      from.some((source) => trained.has(source))
    )
      trained.add(id);
  }
  return trained;
}
