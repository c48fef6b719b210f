import type { HostTensor, ProbeBatch, ProbeReport, ProbeWanted } from '../backend.ts';
import { type ProbedValue, parameterGradients, probedGradients, probedOutputs, seedOf } from '../probed.ts';
import type { CompiledPlan } from './compiled.ts';
import type { Dispatch } from './dispatch.ts';
import { toImagesInnermost, toImagesOutermost } from './layout.ts';
import { lowerPlan, shapeOf } from './lower.ts';
import { prepareOperation } from './stages.ts';
import type { StepRunner } from './steps.ts';

/** Runs single passes of a program whose plan keeps its values, and reads them back. */
export class Prober {
  readonly #of: CompiledPlan;
  readonly #runner: StepRunner;
  #lossOfTargets: Promise<Dispatch[]> | undefined;

  constructor(of: CompiledPlan, runner: StepRunner) {
    this.#of = of;
    this.#runner = runner;
  }

  /** @param batch no larger than the program's */
  async probe(batch: ProbeBatch, wanted: ProbeWanted): Promise<ProbeReport> {
    const { gpu, plan, memory, stages } = this.#of;
    const { count, y, moment = null } = batch;
    this.#send(batch);
    const loss = y instanceof Int32Array ? stages.loss : await this.#prepareLossOfTargets();
    const record = { index: 0, first: 0, count, rate: 0, moment };
    await this.#runner.execute([record], [...stages.forward, ...loss, ...stages.backward]);
    const outputs = await this.#read(probedOutputs(plan, wanted), count);
    const kept = probedGradients(plan, wanted).filter(({ value }) => memory.keeps(value));
    const outputGradients = await this.#read(kept, count);
    const gradients = await memory.gradients();
    const [losses = new ArrayBuffer(0)] = await gpu.read([
      { buffer: memory.buffer('losses'), offset: 0, bytes: 4 * count },
    ]);
    return {
      loss: new Float32Array(losses).reduce((sum, value) => sum + value, 0) / count,
      outputs,
      outputGradients,
      gradients: parameterGradients(plan, (i) => ({
        shape: plan.parameters[i]?.shape ?? [],
        data: gradients[i] ?? new Float32Array(0),
      })),
    };
  }

  #send({ x, count, y, seed }: ProbeBatch): void {
    const { gpu, plan, memory, pitch } = this.#of;
    const laidOut = (data: Float32Array) => toImagesInnermost(data, count, pitch);
    gpu.write(memory.valueBuffer(plan.inputValue), 0, laidOut(x));
    if (plan.seedValue !== null) {
      gpu.write(memory.valueBuffer(plan.seedValue), 0, laidOut(seedOf(plan, seed, count)));
    }
    gpu.write(memory.buffer('target'), 0, y instanceof Int32Array ? y : laidOut(y));
  }

  /** The loss against targets [N, K], which only probes have. */
  #prepareLossOfTargets(): Promise<Dispatch[]> {
    const { gpu, tiles, plan, pitch, context, memory, lowered } = this.#of;
    this.#lossOfTargets ??= prepareOperation(
      context,
      memory,
      lowerPlan(plan, { pitch, tiles, subgroups: gpu.subgroups, dense: true }).loss,
      lowered.forward.length,
    );
    return this.#lossOfTargets;
  }

  async #read(probed: readonly ProbedValue[], count: number): Promise<Map<string, HostTensor>> {
    const { plan, memory, pitch } = this.#of;
    const read = async ({ name, value }: ProbedValue): Promise<[string, HostTensor]> => {
      const data = toImagesOutermost(await memory.value(value), count, pitch);
      return [name, { shape: [count, ...shapeOf(plan, value)], data }];
    };
    return new Map(await Promise.all(probed.map(read)));
  }
}
