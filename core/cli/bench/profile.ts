import type { KernelCall, Plan } from '../../graph/plan.ts';
import { flopsOf } from './flops.ts';
import type { Prepared } from './measure.ts';

/** Time of all threads together and speed, per training step; null where nothing is counted as work. */
export interface Cost {
  readonly milliseconds: number;
  readonly gflops: number | null;
}

export interface LayerProfile {
  readonly layer: string;
  readonly forward: Cost;
  /** The loss, slopes, input and weight gradients. */
  readonly backward: Cost;
}

export interface NetProfile {
  readonly layers: readonly LayerProfile[];
  /** Milliseconds of what belongs to no layer, by name. */
  readonly rest: Readonly<Record<string, number>>;
  readonly milliseconds: number;
}

/** Long enough that the call itself does not count, short enough that some rounds run undisturbed. */
const roundMilliseconds = 5;

/**
 * Where the time of a training step goes. Every row is the shortest of many short rounds, so that other work on the
 * machine shows as little as can be.
 */
export async function profile(
  { plan, program, run }: Prepared,
  batch: number,
  seconds: number,
): Promise<NetProfile> {
  const steps = await stepsPerRound(run);
  await program.takeProfile?.();
  let best: number[] = [];
  let rest: string[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    await run(steps);
    const taken = (await program.takeProfile?.()) ?? { calls: [], rest: new Map<string, number>() };
    rest = [...taken.rest.keys()];
    const row = [...taken.calls, ...taken.rest.values()].map((time) => (time * 1000) / steps);
    best = row.map((time, i) => Math.min(time, best[i] ?? time));
  } while (performance.now() < end);
  return summarize(plan, batch, best, rest);
}

async function stepsPerRound(run: Prepared['run']): Promise<number> {
  await run(1);
  const start = performance.now();
  await run(1);
  return Math.max(1, Math.round(roundMilliseconds / (performance.now() - start)));
}

/** Rows in the order of calls, then of `rest`, to layers. */
function summarize(plan: Plan, batch: number, rows: readonly number[], rest: readonly string[]): NetProfile {
  const calls = [...plan.forward, plan.loss, ...plan.backward];
  const timed = calls.map((call, i) => ({
    call,
    forward: i < plan.forward.length,
    milliseconds: rows[i] ?? 0,
    flops: flopsOf(call, plan) * batch,
  }));
  const layers = plan.layers.map(({ id }): LayerProfile => {
    const own = timed.filter(({ call }) => belongsTo(call, id));
    return {
      layer: id,
      forward: cost(own.filter(({ forward }) => forward)),
      backward: cost(own.filter(({ forward }) => !forward)),
    };
  });
  return {
    layers,
    rest: Object.fromEntries(rest.map((name, i) => [name, rows[calls.length + i] ?? 0])),
    milliseconds: sum(rows),
  };
}

const belongsTo = (call: KernelCall, layer: string) => call.layer === layer;

function cost(calls: readonly { milliseconds: number; flops: number }[]): Cost {
  const milliseconds = sum(calls.map((call) => call.milliseconds));
  const flops = sum(calls.map((call) => call.flops));
  return { milliseconds, gflops: flops > 0 && milliseconds > 0 ? flops / milliseconds / 1e6 : null };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
