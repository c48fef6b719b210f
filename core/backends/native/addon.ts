import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ConvolabError, errorCodes } from '../../contract/errors.ts';
import type { Moment } from '../../kernels/kernel.ts';
import type { Clip } from '../../kernels/optimizers/index.ts';
import type { NativePlan } from './lower.ts';

/** A compiled program; nothing can be done with it but hand it back to the addon. */
export type NativeProgram = { readonly __native: unique symbol };

/** What there is of each parameter; the states are the optimizer's. */
export type Storage = 'parameters' | 'gradients' | 'averages' | 'state0' | 'state1';

/** Numbers by name, a flag being 0 or 1: how a choice with its options goes to the addon. */
export interface NativeChoice {
  readonly type: string;
  readonly numbers: readonly { readonly name: string; readonly value: number }[];
}

export function lowerChoice({ type, ...options }: { readonly type: string }): NativeChoice {
  return { type, numbers: Object.entries(options).map(([name, value]) => ({ name, value: Number(value) })) };
}

export interface NativeOptions {
  /** SIMD path, one of `paths()`. */
  readonly path: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly optimizer: NativeChoice;
  readonly clip: { readonly type: 'none' | Clip['type']; readonly bound: number };
  /** 0 where no average of the weights is kept. */
  readonly average: number;
  /** Watches what lies between the values of the arena; for kernels judged alone. */
  readonly guard: boolean;
  /** Notes where the time of steps goes, for `takeProfile`. */
  readonly profile: boolean;
}

export interface NativeSource {
  readonly images: Uint8Array | Float32Array;
  readonly labels: Int32Array;
  readonly shape: readonly number[];
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly padTop: number;
  readonly padLeft: number;
  readonly mirror: boolean;
  readonly augmentation?: NativeAugmentation | undefined;
}

/** Drawn from the generator's key, the epoch and each sample's place in the source. */
export interface NativeAugmentation {
  readonly keyLow: number;
  readonly keyHigh: number;
  readonly epoch: number;
  readonly steps: readonly NativeChoice[];
}

/** A value's numbers, [count, ...shape], on their way in, or on their way out right after call `after`. */
export interface NativeFeed {
  readonly value: number;
  readonly data: Float32Array;
}
export interface NativeTap extends NativeFeed {
  readonly after: number;
}

export interface NativeTarget {
  readonly labels?: Int32Array;
  readonly values?: Float32Array;
  readonly classes?: number;
}

/** Who does linear algebra. */
export interface Workers {
  readonly threads: number;
  /** SIMD path, one of `paths()`; empty for the fastest. */
  readonly path: string;
}

export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly upper: boolean;
}

/** Vectors [size] of an update of rank two, and what is multiplied by its result. */
export interface SymmetricUpdate {
  readonly size: number;
  readonly from: number;
  readonly v: Float64Array;
  readonly w: Float64Array;
  readonly x: Float64Array;
}

export interface NativeTally {
  readonly steps: number;
  readonly samples: number;
  readonly lossSum: number;
  readonly correct: number;
  /** -1 where everything was finite. */
  readonly nonFiniteStep: number;
  readonly nonFiniteLayer: string;
}

/**
 * What the C++ module exports (src/addon/addon.cpp). Every argument is checked there; a failure is an Error whose
 * `code` is one of the contract's.
 */
export interface Addon {
  /** SIMD paths that this processor can run, the fastest first. */
  paths(): string[];
  kernels(): string[];
  /** Floating-point operations per second that so many threads reach in a matrix product at its best. */
  measurePeak(path: string, threads: number): number;
  /** The bytes of a file, read by the system as they are touched; writing to them changes a copy. */
  mapFile(path: string): Uint8Array<ArrayBuffer>;
  /** C [rows, columns] += A' B with A [depth, rows] and B [depth, columns]; `upper` leaves out what lies below the diagonal. */
  addProduct(shape: ProductShape, a: Float64Array, b: Float64Array, c: Float64Array, workers: Workers): void;
  /** Of a symmetric A [size, size], from row and column `from`, above the diagonal: A -= v w' + w v', then p = A x. */
  updateAndMultiply(update: SymmetricUpdate, a: Float64Array, p: Float64Array, workers: Workers): void;
  /** Elements of a matrix [size, size] that is kept in panels [panels][size][32 columns]. */
  panelElements(size: number): number;
  /**
   * The panels of X = H X, for each H = I - tau v v' of `from` to `to` in order. Elements k + 1 and on of the k-th v are
   * those of row k of `a` [size, size]; those before are 0.
   */
  reflect(
    range: { readonly size: number; readonly from: number; readonly to: number },
    a: Float64Array,
    taus: Float64Array,
    panels: Float64Array,
    workers: Workers,
  ): void;
  /** Turns row `rows[k]` of the panels and the one after it by the angle of cosine `turns[2 k]` and sine `turns[2 k + 1]`, in order. */
  rotate(size: number, rows: Uint32Array, turns: Float64Array, panels: Float64Array, workers: Workers): void;
  create(plan: NativePlan, options: NativeOptions): NativeProgram;
  dispose(program: NativeProgram): void;
  memoryBytes(program: NativeProgram): number;
  /** Whether no kernel ever wrote beyond its operands. */
  intact(program: NativeProgram): boolean;
  /**
   * Nanoseconds of all threads since the last call: of each call of the plan, then of gathering batches, adding up the
   * gradients of slices, and updating.
   */
  takeProfile(program: NativeProgram): number[];
  read(program: NativeProgram, storage: Storage, parameter: number): Float32Array;
  write(program: NativeProgram, storage: Storage, parameter: number, values: Float32Array): void;
  /** One update of every parameter as in that step, counted from 1, after a batch of so many samples. */
  update(program: NativeProgram, rate: number, step: number, samples: number): void;
  train(
    program: NativeProgram,
    source: NativeSource,
    order: Uint32Array,
    batchSize: number,
    rates: Float32Array,
    moment: Moment,
    /** What the losses of these steps are added to. */
    lossSum: number,
  ): Promise<NativeTally>;
  evaluate(
    program: NativeProgram,
    source: NativeSource,
    indices: Uint32Array,
    predictions: Int32Array,
    outputs?: Float32Array,
  ): Promise<NativeTally>;
  execute(
    program: NativeProgram,
    count: number,
    feeds: readonly NativeFeed[],
    target: NativeTarget | null,
    taps: readonly NativeTap[],
    losses: Float32Array,
    moment: Moment | null,
  ): Promise<void>;
}

const file = fileURLToPath(new URL('../../../build/Release/convolab.node', import.meta.url));
const rebuild = 'Run "node scripts/native.mjs" to build it.';
let loaded: Addon | undefined;

/**
 * The addon; this module alone loads it.
 * @throws `native.unavailable` where it is not built, or was built for another system
 */
export function loadAddon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  if (!existsSync(file)) {
    throw new ConvolabError('native.unavailable', 'The CPU backend is not built.', {
      subject: file,
      hint: rebuild,
    });
  }
  try {
    return createRequire(import.meta.url)(file) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const details = { subject: file, hint: rebuild };
    throw new ConvolabError('native.unavailable', `The CPU backend does not load: ${reason}`, details, {
      cause,
    });
  }
}

/** What the addon threw, as an error of the contract. */
export function fromNative(thrown: unknown): ConvolabError {
  if (thrown instanceof Error && 'code' in thrown && isErrorCode(thrown.code)) {
    return new ConvolabError(thrown.code, thrown.message, {}, { cause: thrown });
  }
  return ConvolabError.from(thrown);
}

function isErrorCode(code: unknown): code is keyof typeof errorCodes {
  return typeof code === 'string' && code in errorCodes;
}

/** Runs a call of the addon, turning what it throws. */
export function native<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/** The same for a call that answers later. */
export async function nativeJob<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw fromNative(thrown);
  }
}
