import type { Plan } from '../graph/plan.ts';
import type { Moment, Shape } from '../kernels/kernel.ts';
import type { Clip, OptimizerCall } from '../kernels/optimizers/index.ts';

/** A device's arithmetic behind one small interface; `reference`, `native` (CPU) and later `webgpu` implement it. */
export interface Backend {
  readonly kind: 'reference' | 'native' | 'webgpu';
  readonly device: BackendDevice;
  /** Names of every kernel it implements; one missing is a failure of the suite, not a skip. */
  readonly kernels: ReadonlySet<string>;
  /**
   * Runs one kernel on concrete tensors in the frameworks' layout: how each kernel is judged alone. Outputs are
   * surrounded by sentinels; a write outside them throws `internal`.
   */
  runKernel(call: SingleCall): Promise<HostTensor[]>;
  /** Throws `memory.exhausted` or `backend.unsupported` (naming kernel and layer). */
  compile(plan: Plan, options: CompileOptions): Promise<Program>;
  /**
   * Floating-point operations per second that the device reaches in a matrix product at its best, as measured now: what
   * a program's speed can be held against. Left out where a backend cannot tell.
   */
  measurePeak?(threads: number): Promise<number>;
  /** Lets go of the device, without which a process that opened a GPU does not end. */
  close?(): void;
}

export interface BackendDevice {
  /** `cpu`, `gpu:0`, `reference` */
  readonly id: string;
  readonly name: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Host side of a tensor, row-major; values with the batch in front. */
export interface HostTensor {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

export interface SingleCall {
  readonly kernel: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly batch: number;
  /** Per operand of the kernel; `null` leaves an optional one out. */
  readonly inputs: readonly (HostTensor | null)[];
  /** Set where the call is one of training. */
  readonly moment?: Moment | undefined;
}

export interface CompileOptions {
  readonly threads: number;
  /** Largest batch of a step; evaluation uses it too. */
  readonly batchSize: number;
  readonly optimizer: OptimizerCall;
  /** Gradients are taken as they are where left out. */
  readonly clip?: Clip | undefined;
  /** Share of itself that a running average of the weights keeps at each step; none is kept where left out. */
  readonly average?: number | undefined;
  /** Note where the time of steps goes, for `takeProfile`. */
  readonly profile?: boolean;
}

/** A set of samples, read by the backend itself: gathering and normalising a batch is its work. */
export interface SampleSource {
  /**
   * [count, C, H, W], one byte each; float32 where the values are no bytes (whitened images). May be a file mapped into
   * memory that is larger than the machine's: read what a batch needs, and no more.
   */
  readonly images: Uint8Array | Float32Array;
  /** One per sample; -1 where there is none. */
  readonly labels: Int32Array;
  readonly shape: Shape;
  readonly classes: number;
}

/**
 * From what is stored to what the model sees: value = stored * scale[c] + shift[c], placed in the model's input, which
 * may be larger than the image or, for a crop, smaller.
 */
export interface Transform {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  /**
   * Rows above and columns left of the image, negative where it begins outside; what is around it counts as a stored 0
   * (background), normalised alike.
   */
  readonly padTop: number;
  readonly padLeft: number;
  /** Left and right change places, after the image has its place. */
  readonly mirror?: boolean;
}

/** Random changes of samples in training: a list of steps (core/data/augment) in order, drawn from (seed, epoch, sample). */
export interface Augmentation {
  readonly seed: number;
  readonly steps: readonly AugmentCall[];
}

/** A step as plain numbers, with what it learnt from the training samples. */
export interface AugmentCall {
  readonly type: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface TrainRequest {
  /** Sample indices of consecutive steps, `batchSize` each; the last step may hold fewer. */
  readonly order: Uint32Array;
  readonly batchSize: number;
  /** Learning rate of each step. */
  readonly rates: Float32Array;
  /** Of the first of these steps; the others follow. */
  readonly moment: Moment;
  /** Finished epochs, which augmentation draws from; 0 where left out. */
  readonly epoch?: number;
  /**
   * What the losses come to before these steps, 0 where left out. They are added one after the other to it, so that an
   * epoch's sum has the same bits however its steps are cut into calls.
   */
  readonly lossSum?: number;
}

/** What came of the steps of one call. Sums, so that the epoch's running mean can be formed from them; `lossSum` from the one given. */
export interface TrainReport {
  readonly steps: number;
  readonly samples: number;
  readonly lossSum: number;
  readonly correct: number;
  /** First step (within the call) whose loss or gradient was not finite; no update was made from it on. */
  readonly nonFinite: { readonly step: number; readonly layer: string } | null;
}

export interface EvaluationReport {
  readonly samples: number;
  readonly lossSum: number;
  readonly correct: number;
  /** Index of the largest output, per sample, in the order asked for. */
  readonly predictions: Int32Array;
  /** [samples, outputs of the last layer], where asked for. */
  readonly outputs?: Float32Array;
}

/** One forward and backward pass without update: as in evaluation, or, with a moment, as in that training step. */
export interface ProbeBatch {
  /** [N, C, H, W] as the model sees it; any N */
  readonly x: Float32Array;
  readonly count: number;
  /** [N] labels, or [N, K] targets */
  readonly y: Int32Array | Float32Array;
  /** [N, K] gradient of the network's output that the backward pass starts from; for a plan that is `seeded`. */
  readonly seed?: Float32Array | undefined;
  readonly moment?: Moment | undefined;
}

/** Which of the values between layers a probe hands out. */
export interface ProbeWanted {
  /** Of these layers the outputs; by default of all. */
  readonly outputs?: readonly string[];
  /**
   * Gradients of outputs, before and after the activation, and of the input: all that the plan computes where its backward pass goes to the input, else those
   * that the backend does not pass over; by default none.
   */
  readonly outputGradients?: boolean;
}

export interface ProbeReport {
  readonly loss: number;
  /** `<layer>.out`, [N, ...shape] */
  readonly outputs: ReadonlyMap<string, HostTensor>;
  /**
   * Gradients of these, `<layer>.out.grad` and `input.grad`, and of what goes into an activation, `<layer>.delta`,
   * [N, ...shape]; empty unless asked for.
   */
  readonly outputGradients: ReadonlyMap<string, HostTensor>;
  /** Of every parameter that is trained, by its name */
  readonly gradients: ReadonlyMap<string, HostTensor>;
}

/**
 * Everything a resumed run needs besides the step: parameters, running averages among them, and optimizer state, in the
 * frameworks' layout.
 */
export interface ProgramState {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** `<parameter>.<state>` of those that are trained, and `<parameter>.average` where one is kept */
  readonly optimizer: ReadonlyMap<string, Float32Array>;
}

/** Seconds of all threads together since a profile was last taken. */
export interface StepProfile {
  /** Of each call of the plan: `forward`, `loss`, `backward`, in order. */
  readonly calls: readonly number[];
  /** Of what belongs to no call, by name, such as `gather` and `update`. */
  readonly rest: ReadonlyMap<string, number>;
}

/** A plan compiled for one device. Not re-entrant: one call at a time. */
export interface Program {
  readonly plan: Plan;
  /** Bytes of its buffers, data excluded. */
  readonly memoryBytes: number;
  setState(state: ProgramState): void;
  state(): Promise<ProgramState>;
  /**
   * Data stays attached until replaced; bytes are not copied where the device is the CPU. Only training augments.
   * Throws `backend.unsupported` for a step that it does not know.
   */
  attach(split: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void;
  /** Runs all steps of the request off the JavaScript thread. Bit-identical for any number of threads. */
  train(split: string, request: TrainRequest): Promise<TrainReport>;
  /** Forward only. `outputs`: hand out the last layer's output too. */
  evaluate(split: string, indices: Uint32Array, wanted?: { outputs: boolean }): Promise<EvaluationReport>;
  probe(batch: ProbeBatch, wanted?: ProbeWanted): Promise<ProbeReport>;
  /** Where a backend can tell; all zeros unless compiled with `profile`. */
  takeProfile?(): Promise<StepProfile>;
  dispose(): void;
}
