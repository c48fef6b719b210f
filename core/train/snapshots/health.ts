import type { Backend, Program, ProgramState } from '../../backends/backend.ts';
import { gather } from '../../backends/reference/gather.ts';
import type { EpochHealth, LayerHealth } from '../../contract/health.ts';
import { compilePlan } from '../../graph/compile.ts';
import { buildGraph } from '../../graph/graph.ts';
import type { Plan } from '../../graph/plan.ts';
import { activationEnds } from '../../kernels/activations.ts';
import { elements } from '../../kernels/shape.ts';
import { resolveModel } from '../../models/index.ts';
import { clipCall } from '../clipping.ts';
import type { RunConfig } from '../experiment.ts';
import { optimizerCall } from '../optimizers/index.ts';
import type { Position } from '../position.ts';
import { rateAt } from '../schedules/index.ts';
import type { Session } from '../session.ts';
import { seriesOf } from '../stopping.ts';
import { distributionOf, usualBins } from './distribution.ts';
import { updateRatios } from './update-ratio.ts';

/** Images looked at, unless the network is so large that fewer have to do. */
const mostImages = 128;
/** Numbers that the outputs of all layers and their gradients may come to. */
const mostNumbers = 2 ** 24;
/** Between two ends that an activation approaches: thresholds of saturation in steps of half a percent. */
const binsBetweenEnds = 200;

/** Looks at a network on the same few training images after every epoch. */
export class HealthProbe {
  readonly #program: Program;
  readonly #config: RunConfig;
  readonly #stepsPerEpoch: number;
  readonly #x: Float32Array;
  readonly #y: Int32Array;

  private constructor(program: Program, session: Session, images: Uint32Array) {
    const { config, splits } = session;
    this.#program = program;
    this.#config = config;
    this.#stepsPerEpoch = Math.ceil(splits.train.indices.length / config.train.batchSize);
    this.#x = batchOf(session, images);
    this.#y = Int32Array.from(images, (index) => splits.train.source.labels[index] as number);
  }

  /**
   * Compiles the network once more, in such a way that every layer can be read.
   * @throws `memory.exhausted`, `backend.unsupported`
   */
  static async open(session: Session, backend: Backend, threads: number): Promise<HealthProbe> {
    const { config, splits } = session;
    const plan = compilePlan(buildGraph(await resolveModel(config.model)), { retain: true });
    const images = probeImages(splits.train.indices, plan);
    const optimizer = optimizerCall(config.train.optimizer);
    const program = await backend.compile(plan, { threads, batchSize: images.length, optimizer });
    return new HealthProbe(program, session, images);
  }

  /**
   * What the network is like at the end of an epoch: a function of the state and the position, whatever came before.
   * Looks at the weights as they are trained, not at their average.
   */
  async look(state: ProgramState, position: Position): Promise<EpochHealth> {
    const { plan } = this.#program;
    this.#program.setState({ parameters: state.parameters, optimizer: new Map() });
    const { outputs, gradients } = await this.#program.probe({
      x: this.#x,
      count: this.#y.length,
      y: this.#y,
    });
    const rate = this.#lastRate(position);
    const { clip, optimizer } = this.#config.train;
    const ratios = updateRatios(plan, state, gradients, {
      optimizer: optimizerCall(optimizer),
      clip: clipCall(clip),
      rate,
      step: position.step + 1,
    });
    return {
      epoch: position.epoch,
      probeImages: this.#y.length,
      rate,
      layers: plan.layers.flatMap(({ id, type, output }) => {
        const activation = activationOf(plan, id);
        if (activation === null && !ratios.has(`${id}.weight`)) return [];
        const values = outputs.get(`${id}.out`)?.data ?? new Float32Array();
        return [layerHealth({ id, type, activation }, plan.values[output]?.shape ?? [], values)];
      }),
      parameters: plan.parameters.flatMap(({ name, layer, mask }) => {
        const weights = state.parameters.get(name);
        const gradient = gradients.get(name);
        if (!weights || !gradient) return [];
        return [
          {
            parameter: name,
            layer,
            weights: distributionOf(weights, { mask }),
            gradient: distributionOf(gradient.data, { mask }),
            updateRatio: ratios.get(name) ?? null,
          },
        ];
      }),
    };
  }

  /** Learning rate of the last step of the epoch that has just ended. */
  #lastRate({ epoch, history }: Position): number {
    const { schedule, optimizer, epochs, select } = this.#config.train;
    const before = seriesOf(history.slice(0, -1), select.metric);
    return rateAt(schedule, optimizer.lr, epoch - 1 / this.#stepsPerEpoch, epochs, {
      history: before,
      direction: select.direction,
    });
  }
}

/** Bytes that an epoch's health comes to at most, about: a function of the network, by which old epochs are thinned out. */
export function healthBytes({ layers, parameters }: Pick<Plan, 'layers' | 'parameters'>): number {
  const perBin = 6;
  return perBin * ((binsBetweenEnds + 40) * layers.length + 2 * (usualBins + 40) * parameters.length);
}

/** Some of the training images, at even distances, as many as there is room for. */
function probeImages(training: Uint32Array, plan: Plan): Uint32Array {
  const numbers =
    2 * plan.layers.reduce((sum, { output }) => sum + elements(plan.values[output]?.shape ?? []), 0);
  const room = Math.max(1, Math.floor(mostNumbers / Math.max(1, numbers)));
  const count = Math.min(mostImages, room, training.length);
  return Uint32Array.from(
    { length: count },
    (_, i) => training[Math.floor((i * training.length) / count)] as number,
  );
}

/** [N, C, H, W], without augmentation. */
function batchOf({ splits, transform, program }: Session, images: Uint32Array): Float32Array {
  const shape = [images.length, ...program.plan.input];
  const batch = { shape, data: new Float64Array(elements(shape)) };
  gather(splits.train.source, transform, images, batch);
  return Float32Array.from(batch.data);
}

/** The function that a layer applies to its output; null where it applies none. */
function activationOf({ forward }: Plan, layer: string): string | null {
  const names = forward
    .filter((call) => call.layer === layer)
    .map(({ attributes }) => attributes.activation)
    .filter((name) => typeof name === 'string' && name !== 'linear');
  return (names.at(-1) as string | undefined) ?? null;
}

function layerHealth(
  {
    id,
    type,
    activation,
  }: { readonly id: string; readonly type: string; readonly activation: string | null },
  shape: readonly number[],
  values: Float32Array | Float64Array,
): LayerHealth {
  const ends = activation === null ? null : activationEnds(activation);
  const units = shape[0] ?? 1;
  return {
    layer: id,
    type,
    activation,
    units,
    outputs: distributionOf(values, {
      bins: ends ? { from: ends[0], to: ends[1], count: binsBetweenEnds } : undefined,
    }),
    saturates: ends !== null,
    dead: activation === 'relu' ? deadUnits(values, units, elements(shape)) : null,
  };
}

/**
 * Units that are above 0 nowhere.
 * @param values [N, units, ...]
 * @param size numbers per image
 */
function deadUnits(values: Float32Array | Float64Array, units: number, size: number): number[] {
  const places = size / units;
  const isAlive = (unit: number) => {
    for (let start = unit * places; start < values.length; start += size) {
      for (let i = start; i < start + places; i++) if ((values[i] as number) > 0) return true;
    }
    return false;
  };
  return Array.from({ length: units }, (_, unit) => unit).filter((unit) => !isAlive(unit));
}
