import type { Plan } from '../../graph/plan.ts';
import type { CompileOptions } from '../backend.ts';
import type { Gpu } from './device.ts';
import { StepContext } from './dispatch.ts';
import { type LoweredPlan, lowerPlan } from './lower.ts';
import { measureTiles } from './measure-tiles.ts';
import { ProgramMemory } from './memory.ts';
import { stepsInSubmit } from './pace.ts';
import { pitchOf } from './shader.ts';
import { prepareStages, type Stages } from './stages.ts';
import type { TileBook } from './tile-book.ts';

/** A plan with all that its steps run on: buffers, and dispatches bound to them. */
export interface CompiledPlan {
  readonly gpu: Gpu;
  readonly tiles: TileBook;
  readonly plan: Plan;
  readonly options: CompileOptions;
  readonly pitch: number;
  readonly lowered: LoweredPlan;
  readonly memory: ProgramMemory;
  readonly context: StepContext;
  readonly stages: Stages;
}

/** @throws `memory.exhausted`, `backend.unsupported`, `device.lost` */
export async function compileForGpu(
  gpu: Gpu,
  tiles: TileBook,
  plan: Plan,
  options: CompileOptions,
): Promise<CompiledPlan> {
  const pitch = pitchOf(options.batchSize);
  const lowering = { pitch, tiles, subgroups: gpu.subgroups };
  let lowered = lowerPlan(plan, lowering);
  const memory = await ProgramMemory.create(gpu, plan, lowered, pitch, options);
  const context = await StepContext.create(gpu, stepsInSubmit);
  try {
    // What is only probed runs once.
    if (tiles.patience > 0 && !plan.retained) {
      await measureTiles(context, memory, lowered, options.batchSize, tiles);
      lowered = lowerPlan(plan, lowering);
    }
    const stages = await prepareStages(context, memory, lowered, options);
    return { gpu, tiles, plan, options, pitch, lowered, memory, context, stages };
  } catch (thrown) {
    memory.destroy();
    context.destroy();
    throw thrown;
  }
}
