import type { AugmentCall, Backend, Program, SampleSource, Transform } from '../../backends/backend.ts';
import { compilePlan } from '../../graph/compile.ts';
import { buildGraph } from '../../graph/graph.ts';
import { parseModel } from '../../graph/parse.ts';
import type { Plan } from '../../graph/plan.ts';
import { initialParameters } from '../../train/initialize.ts';
import { RandomSequence } from '../../train/random.ts';
import type { BenchNet } from './nets.ts';

export type Mode = 'train' | 'eval';

export interface Setting {
  readonly net: BenchNet;
  readonly mode: Mode;
  readonly batch: number;
  /** Of the CPU's own backend; 0 of any other, which has none. */
  readonly threads: number;
  /** Whether training samples are distorted first, in place and elastically. */
  readonly augment?: boolean;
}

/** A network ready to run, with what it runs on. */
export interface Prepared {
  readonly plan: Plan;
  readonly program: Program;
  /** Trains, or evaluates, so many batches. */
  run(steps: number): Promise<void>;
}

/** Something whose speed is measured in short rounds, so that it can be alternated with something else. */
export interface Contestant {
  /** Images per second over about so many seconds; at least one step. */
  round(seconds: number): Promise<number>;
  end(): void;
}

/** What MCDNN and its kind do to every digit: moved, turned, scaled, slanted and bent. */
const distortions: readonly AugmentCall[] = [
  { type: 'shift', numbers: { x: 2, y: 2 } },
  { type: 'rotate', numbers: { degrees: 15 } },
  { type: 'scale', numbers: { from: 0.85, to: 1.15, stretch: 1 } },
  { type: 'shear', numbers: { amount: 0.15 } },
  { type: 'elastic', numbers: { amplitude: 1, smoothness: 4 } },
];

/** Samples behind the batches: enough that gathering them is not reading one cache line. */
const batchesOfData = 4;

/** Our own speed, with gathering and normalising every batch from stored bytes. */
export function contestant({ program, run }: Prepared, { batch }: Setting): Contestant {
  return {
    round: (seconds) => measure(run, batch, seconds),
    end: () => program.dispose(),
  };
}

/** Compiles the net with initial weights, and attaches noise to it. `profile`: notes where the time goes. */
export async function prepare(backend: Backend, setting: Setting, profile = false): Promise<Prepared> {
  const { net, mode, batch, threads, augment } = setting;
  const plan = compilePlan(buildGraph(parseModel(net.model)), { retain: false });
  const program = await backend.compile(plan, {
    threads: Math.max(1, threads),
    batchSize: batch,
    optimizer: { type: 'sgd', momentum: 0.9, weightDecay: 0 },
    profile,
  });
  program.setState({ parameters: initialParameters(plan, 1), optimizer: new Map() });
  const source = syntheticSource(plan.input, batch * batchesOfData);
  program.attach(
    'data',
    source,
    standardized(plan.input),
    augment ? { seed: 1, steps: distortions } : undefined,
  );
  const order = new RandomSequence(1, 'order').shuffle(Uint32Array.from(source.labels, (_, i) => i));
  return { plan, program, run: (steps) => runSteps(program, mode, order, batch, steps) };
}

/** Noise as bytes, on which every class occurs. */
function syntheticSource(input: readonly number[], count: number): SampleSource {
  const size = input.reduce((product, extent) => product * extent, 1);
  const random = new RandomSequence(1, 'probe');
  const images = Uint8Array.from({ length: size * Math.min(count, 16) }, () => random.word() & 255);
  const repeated = new Uint8Array(size * count);
  for (let at = 0; at < repeated.length; at += images.length) {
    repeated.set(images.subarray(0, Math.min(images.length, repeated.length - at)), at);
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  return { images: repeated, labels, shape: input, classes: 10 };
}

/** Bytes of mean 127.5 to mean 0, deviation about 1. */
function standardized([channels = 1]: readonly number[]): Transform {
  const scale = new Float32Array(channels).fill(1 / 73.9);
  const shift = new Float32Array(channels).fill(-127.5 / 73.9);
  return { scale, shift, padTop: 0, padLeft: 0 };
}

async function runSteps(
  program: Program,
  mode: Mode,
  order: Uint32Array,
  batch: number,
  steps: number,
): Promise<void> {
  const indices = Uint32Array.from({ length: steps * batch }, (_, i) => order[i % order.length] as number);
  if (mode === 'eval') await program.evaluate('data', indices);
  else
    await program.train('data', {
      order: indices,
      batchSize: batch,
      rates: new Float32Array(steps).fill(0.001),
      moment: { seed: 1, step: 0 },
    });
}

/** Steps per call grow until a call fills about half of the time that is left. */
async function measure(
  run: (steps: number) => Promise<void>,
  batch: number,
  seconds: number,
): Promise<number> {
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let best = 0;
  let steps = 1;
  do {
    const before = elapsed();
    await run(steps);
    const took = elapsed() - before;
    best = Math.max(best, (steps * batch) / took);
    const wanted = Math.floor((steps * (seconds - elapsed())) / 2 / took);
    steps = Math.max(1, Math.min(wanted, steps * 8));
  } while (elapsed() + steps * (batch / best) < seconds);
  return best;
}
