import { ConvolabError, type Issue } from '../contract/errors.ts';
import { suggestion } from '../contract/nearest.ts';
import type { Shape } from '../kernels/kernel.ts';
import { elements, formatShape } from '../kernels/shape.ts';
import { layers as definitions } from '../layers/index.ts';
import { type LayerDefinition, type LayerParameter, type LayerSpec, shapeError } from '../layers/layer.ts';
import { losses } from '../train/losses.ts';
import type { LossSpec, ModelSpec } from './parse.ts';

/** A model whose structure and shapes hold. */
export interface Graph {
  readonly name: string;
  /** [C, H, W] */
  readonly input: Shape;
  /** In file order, which is what users see. */
  readonly layers: readonly GraphLayer[];
  /** The same, every layer after those it takes. */
  readonly order: readonly GraphLayer[];
  /** The last layer of the file: what the loss looks at. */
  readonly output: GraphLayer;
  readonly loss: LossSpec;
}

export interface GraphLayer {
  readonly id: string;
  readonly definition: LayerDefinition;
  readonly spec: LayerSpec;
  /** Ids of the layers it takes, `input` for the network's input. */
  readonly from: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly shape: Shape;
  readonly parameters: readonly LayerParameter[];
}

/** A layer before its shape is known. */
interface Node {
  readonly spec: LayerSpec;
  readonly definition: LayerDefinition;
  readonly from: readonly string[];
  /** Path in the file. */
  readonly path: string;
}

export const inputId = 'input';

/**
 * Connects the layers and infers every shape.
 * @throws `graph.structure` with every fault (duplicate or unknown ids, cycles, outputs that nothing takes, a softmax
 *   that the loss would repeat); `graph.shape` for the first layer that cannot take what it is given
 */
export function buildGraph(spec: ModelSpec): Graph {
  const nodes = connect(spec);
  const faults = [...duplicates(nodes), ...references(nodes), ...arity(nodes)];
  if (faults.length > 0) throw structureError(faults);
  const order = sort(nodes);
  const later = [...unused(nodes), ...refusedByLoss(nodes, spec.loss)];
  if (later.length > 0) throw structureError(later);
  return inferShapes(spec, nodes, order);
}

function connect(spec: ModelSpec): Node[] {
  return spec.layers.map((layer, i) => {
    const definition = definitions.get(layer.type);
    if (!definition) throw new RangeError(`layer ${layer.id} has the unknown type ${layer.type}`);
    const before = spec.layers[i - 1]?.id ?? inputId;
    return { spec: layer, definition, from: layer.from ?? [before], path: `layers.${i}` };
  });
}

function duplicates(nodes: readonly Node[]): Issue[] {
  const first = new Map<string, Node>();
  return nodes.flatMap((node) => {
    const other = first.get(node.spec.id);
    if (!other) first.set(node.spec.id, node);
    if (!other) return [];
    return [
      { path: `${node.path}.id`, message: `the id "${node.spec.id}" is already that of ${other.path}` },
    ];
  });
}

function references(nodes: readonly Node[]): Issue[] {
  const known = new Set([inputId, ...nodes.map(({ spec }) => spec.id)]);
  return nodes.flatMap(({ spec, from, path }) =>
    from
      .filter((id) => !known.has(id))
      .map((id) => ({
        path: `${path}.from`,
        message: `layer ${spec.id} takes the unknown layer "${id}"${suggestion(id, known)}`,
      })),
  );
}

function arity(nodes: readonly Node[]): Issue[] {
  return nodes.flatMap(({ spec, definition, from, path }) => {
    const fits = definition.takes === 'one' ? from.length === 1 : from.length > 1;
    if (fits) return [];
    const wanted = definition.takes === 'one' ? 'exactly one layer' : 'two or more layers';
    return [
      {
        path: `${path}.from`,
        message: `layer ${spec.id} (${spec.type}) takes ${wanted}, not ${from.length}`,
      },
    ];
  });
}

/** Every layer after those it takes, otherwise in file order. Throws on a cycle, naming its layers. */
function sort(nodes: readonly Node[]): Node[] {
  const byId = new Map(nodes.map((node) => [node.spec.id, node]));
  const done = new Set<string>([inputId]);
  const order: Node[] = [];
  const visit = (node: Node, trail: readonly string[]): void => {
    const { id } = node.spec;
    if (done.has(id)) return;
    if (trail.includes(id)) {
      const loop = [...trail.slice(trail.indexOf(id)), id].reverse().join(' -> ');
      throw structureError([{ path: `${node.path}.from`, message: `the layers form a cycle: ${loop}` }]);
    }
    for (const source of node.from) {
      const before = byId.get(source);
      if (before) visit(before, [...trail, id]);
    }
    done.add(id);
    order.push(node);
  };
  for (const node of nodes) visit(node, []);
  return order;
}

function unused(nodes: readonly Node[]): Issue[] {
  const taken = new Set(nodes.flatMap(({ from }) => from));
  const last = nodes.at(-1);
  const faults = nodes
    .filter((node) => node !== last && !taken.has(node.spec.id))
    .map(({ spec, path }) => ({
      path,
      message: `nothing takes the output of layer ${spec.id}; name it in another layer's "from", or leave it out`,
    }));
  if (last && taken.has(last.spec.id)) {
    faults.push({
      path: last.path,
      message: `layer ${last.spec.id} is the last, so its output goes to the loss, but another layer takes it`,
    });
  }
  return faults;
}

function refusedByLoss(nodes: readonly Node[], loss: LossSpec): Issue[] {
  const last = nodes.at(-1);
  const reason = last && losses.get(loss.type)?.refuses?.(last.spec);
  if (!last || !reason) return [];
  const message = `layer ${last.spec.id} (${last.spec.type}) straight before the loss ${loss.type}: ${reason}`;
  return [{ path: last.path, message }];
}

function inferShapes(spec: ModelSpec, nodes: readonly Node[], order: readonly Node[]): Graph {
  const shapes = new Map<string, Shape>([[inputId, spec.input]]);
  const built = new Map<Node, GraphLayer>();
  for (const node of order) {
    const inputShapes = node.from.map((id) => shapes.get(id) as Shape);
    const shape = node.definition.shape(node.spec, inputShapes);
    shapes.set(node.spec.id, shape);
    built.set(node, {
      id: node.spec.id,
      definition: node.definition,
      spec: node.spec,
      from: node.from,
      inputShapes,
      shape,
      parameters: node.definition.parameters(node.spec, inputShapes),
    });
  }
  const layers = nodes.map((node) => built.get(node) as GraphLayer);
  for (const layer of layers) checkSize(layer);
  return {
    name: spec.name,
    input: spec.input,
    layers,
    order: order.map((node) => built.get(node) as GraphLayer),
    output: layers.at(-1) as GraphLayer,
    loss: spec.loss,
  };
}

/** Elements that one tensor can have and still be addressed with 32 bits, on every device. */
const largestTensor = 2 ** 31 - 1;

function checkSize({ id, spec, shape, parameters, inputShapes }: GraphLayer): void {
  const tensors = [shape, ...parameters.map((parameter) => parameter.shape)];
  const tooLarge = tensors.find((tensor) => elements(tensor) > largestTensor);
  if (!tooLarge) return;
  throw shapeError(
    spec,
    inputShapes,
    `a tensor of ${formatShape(tooLarge)} is more than can be addressed`,
    `make layer ${id} smaller, or what it takes`,
  );
}

function structureError(issues: Issue[]): ConvolabError {
  const [first] = issues;
  return new ConvolabError('graph.structure', `the layers do not make a network: ${first?.message}`, {
    subject: first?.path,
    hint: 'correct the layers listed',
    issues,
  });
}
