import { availableParallelism } from 'node:os';
import type { Backend, HostTensor, ProbeReport, Program } from '../../backends/backend.ts';
import { openBackend } from '../../backends/index.ts';
import { createReferenceBackend } from '../../backends/reference/index.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { InspectedImage } from '../../contract/inspect.ts';
import type { DatasetReference } from '../../contract/specs.ts';
import { type BackwardPass, compilePlan } from '../../graph/compile.ts';
import type { Plan } from '../../graph/plan.ts';
import { elements } from '../../kernels/shape.ts';
import { type Judged, openJudged } from '../../train/judged.ts';
import type { RunData, RunNetwork } from '../run-network.ts';
import { readImage, type SeenImage } from './images.ts';
import { softmax } from './softmax.ts';

/** Bytes that the values of one batch may take. */
const mostBytes = 128 * 2 ** 20;
const mostImages = 256;
/** Probes of the images looked at last are kept: maps, gradients and arithmetic of one image are one pass. */
const mostProbes = 4;

export interface ProbedImage extends SeenImage {
  /** Class that the loss is taken for. */
  readonly target: number;
  readonly report: ProbeReport;
}

/** A run's network at one epoch, compiled for the processor as often as it is needed, with the run's data. */
export class OpenNetwork {
  readonly network: RunNetwork;
  readonly data: RunData;
  readonly classes: readonly string[];
  readonly breathe: () => Promise<void>;
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #probes = new Map<string, ProbedImage>();
  readonly #remembered = new Map<string, Promise<unknown>>();
  readonly #judged = new Map<string, Promise<Judged>>();
  #backend: Promise<Backend> | undefined;

  /** @param breathe called amid long work, for what is quickly answered to go first */
  constructor(network: RunNetwork, data: RunData, breathe: () => Promise<void> = async () => {}) {
    this.network = network;
    this.data = data;
    this.breathe = breathe;
    this.classes = data.dataset.classes;
  }

  /** Compiles what a look at one image takes. */
  async ready(): Promise<Record<string, never>> {
    await this.#retained('input', 1);
    return {};
  }

  /** Runs batches forward and hands out the last layer. */
  evaluator(): Promise<Program> {
    return this.#compiled('evaluate', () => compilePlan(this.network.graph, { retain: false }), mostImages);
  }

  /** Hands out what any layer makes of a batch. */
  forward(): Promise<Program> {
    return this.#retained('none', mostImages);
  }

  /** From the loss of many images back to their pixels. */
  backward(): Promise<Program> {
    const plan = () => compilePlan(this.network.graph, { retain: true, backward: 'input' });
    return this.#compiled('backward', plan, mostImages);
  }

  /** From the gradient of an output back to the input, for one image. */
  seeded(): Promise<Program> {
    return this.#retained('seeded', 1);
  }

  /**
   * One image forward and backward.
   * @param target class that the loss is taken for; by default the image's own, else the predicted one
   */
  async probe(image: InspectedImage, target?: number): Promise<ProbedImage> {
    const key = JSON.stringify([image, target]);
    const known = this.#probes.get(key);
    this.#probes.delete(key);
    const probed = known ?? (await this.#probe(image, target));
    this.#probes.set(key, probed);
    const [oldest] = this.#probes.keys();
    if (oldest !== undefined && this.#probes.size > mostProbes) this.#probes.delete(oldest);
    return probed;
  }

  async #probe(image: InspectedImage, asked: number | undefined): Promise<ProbedImage> {
    const seen = readImage(this.data, this.network.plan.input, image);
    this.checkTarget(asked);
    const target = asked ?? seen.label ?? largest(await this.#outputsOf(seen.x));
    const program = await this.#retained('input', 1);
    const y = Int32Array.of(target);
    const report = await program.probe({ x: seen.x, count: 1, y }, { outputGradients: true });
    return { ...seen, target, report };
  }

  async #outputsOf(x: Float32Array): Promise<ArrayLike<number>> {
    const program = await this.forward();
    const { outputs } = await program.probe({ x, count: 1, y: Int32Array.of(0) });
    return this.outputOf(outputs);
  }

  /** The last layer's numbers among those of a probe of one image. */
  outputOf(outputs: ReadonlyMap<string, HostTensor>): ArrayLike<number> {
    return outputs.get(`${this.network.graph.output.id}.out`)?.data ?? [];
  }

  /** What the window calls probabilities: softmax of the outputs where that is what the loss looks at. */
  probabilities(outputs: ArrayLike<number>): number[] {
    return this.network.graph.loss.type === 'softmax-cross-entropy' ? softmax(outputs) : Array.from(outputs);
  }

  /** @throws `argument.invalid` for a class that the network does not have */
  checkTarget(target: number | undefined): void {
    const outputs = elements(this.network.graph.output.shape);
    if (target === undefined || target < outputs) return;
    throw new ConvolabError(
      'argument.invalid',
      `The network has ${outputs} outputs, and none for ${target}.`,
      {
        subject: String(target),
        hint: `Choose a class from 0 to ${outputs - 1}.`,
      },
    );
  }

  /** What takes long to work out, kept for as long as the network is open. */
  remembered<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#remembered.get(key) ?? work();
    this.#remembered.set(key, known);
    known.catch(() => this.#remembered.delete(key));
    return known as Promise<T>;
  }

  /** The run's own test set, or other data, open until the network is closed. */
  judged(dataset: DatasetReference | undefined, home: string): Promise<Judged> {
    const key = JSON.stringify(dataset ?? null);
    const judged = this.#judged.get(key) ?? openJudged(this.data.dataset, dataset, home);
    this.#judged.set(key, judged);
    judged.catch(() => this.#judged.delete(key));
    return judged;
  }

  /** Images of a batch of this plan: as many as fit into a fair amount of memory. */
  batchSize(plan: Plan, most = mostImages): number {
    const fitting = Math.floor(mostBytes / (4 * Math.max(1, plan.arenaSize)));
    return Math.max(1, Math.min(most, fitting));
  }

  async close(): Promise<void> {
    const programs = await Promise.all(this.#programs.values());
    const judged = await Promise.all(this.#judged.values());
    this.#programs.clear();
    this.#judged.clear();
    for (const program of programs) program.dispose();
    for (const data of judged) await data.close();
  }

  #retained(backward: BackwardPass, images: number): Promise<Program> {
    return this.#compiled(
      backward,
      () => compilePlan(this.network.graph, { retain: true, backward }),
      images,
    );
  }

  #compiled(key: string, plan: () => Plan, images: number): Promise<Program> {
    const program = this.#programs.get(key) ?? this.#compile(plan(), images);
    this.#programs.set(key, program);
    return program;
  }

  async #compile(plan: Plan, images: number): Promise<Program> {
    this.#backend ??= openProcessor();
    const program = await (await this.#backend).compile(plan, {
      threads: availableParallelism(),
      batchSize: this.batchSize(plan, images),
      optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
    });
    program.setState({ parameters: this.network.parameters, optimizer: new Map() });
    return program;
  }
}

/** The CPU's own backend; where that is not built, the reference, which is slow but does not fail. */
async function openProcessor(): Promise<Backend> {
  try {
    return await openBackend('cpu');
  } catch (thrown) {
    if (thrown instanceof ConvolabError && thrown.code === 'native.unavailable')
      return createReferenceBackend();
    throw thrown;
  }
}

/** Index of the largest, the first of equal ones. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
