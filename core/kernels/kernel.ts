import type { z } from 'zod';

/** Extents of a tensor. Values of a network are written per sample, without the batch: [C, H, W] or [units]. */
export type Shape = readonly number[];

/**
 * What an operand is, which decides its layout on a device:
 * - `value`: one tensor per sample, [N, ...shape]; the native backend keeps it [...shape][16 samples].
 * - `parameter`: shared by the batch, in the layout that frameworks use (conv [out, in/groups, kh, kw], dense [out, in]).
 * - `gradient`: of a parameter, summed over the batch, in the parameter's layout.
 * - `target`: labels [N] (class indices) or targets [N, K] of the loss.
 * - `scalar`: one number per sample, [N], such as the loss.
 */
export type Role = 'value' | 'parameter' | 'gradient' | 'target' | 'scalar';

export interface Operand {
  readonly name: string;
  readonly role: Role;
  /** May be left out of a call (a conv without bias). */
  readonly optional?: boolean;
  /** Any number of operands from here on (the inputs of a concatenation). Only for the last one. */
  readonly repeated?: boolean;
}

/** Float64 in the reference, so that it can judge float32. Targets that are labels come as numbers too. */
export type Buffer64 = Float64Array;

export interface KernelTensor {
  /** With the batch in front for values, targets and scalars. */
  readonly shape: Shape;
  readonly data: Buffer64;
}

/** Which training step a kernel runs in: what it may depend on besides its operands, such as the masks of dropout. */
export interface Moment {
  /** The run's; up to 53 bits. */
  readonly seed: number;
  /** Number of the step within the run, from 0. */
  readonly step: number;
}

/** One call on concrete numbers, run on every backend and judged against the reference. */
export interface KernelCase<A> {
  readonly name: string;
  readonly attributes: A;
  readonly batch: number;
  /** Per operand, without the batch; `null` leaves an optional one out. */
  readonly inputs: readonly (Shape | null)[];
  /** How to draw the inputs; default: uniform in [-1, 1). `labels` draws class indices below the given count. */
  readonly draw?: Readonly<Record<string, 'uniform' | 'positive' | 'extreme' | { labels: number }>>;
  /** Set where the case is one of training. */
  readonly moment?: Moment;
}

/**
 * A kernel family's one source of truth: operands, attributes, shape rule, reference arithmetic in float64, and the
 * cases on which every backend must agree with it.
 */
export interface Kernel<A = Readonly<Record<string, unknown>>> {
  /** `conv2d.forward` */
  readonly name: string;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly attributes: z.ZodType<A>;
  /**
   * Indices of inputs over which the first output may be written, because every element is read before its place is
   * written. A plan makes use of it where that input is not needed again and stands in the call once, so every backend
   * must allow for it.
   */
  readonly inPlace?: readonly number[];
  /** Computes something else in training than in evaluation; all other kernels do without the moment. */
  readonly usesMoment?: true;
  /** Shapes of the outputs, per sample, from those of the inputs (`null` where an optional one is left out). */
  shapes(inputs: readonly (Shape | null)[], attributes: A): Shape[];
  /**
   * Writes (never accumulates into) the outputs; `null` for one that is not wanted.
   * @param moment the training step; `null` in evaluation and probes
   */
  reference(
    inputs: readonly (KernelTensor | null)[],
    outputs: readonly (KernelTensor | null)[],
    attributes: A,
    batch: number,
    moment: Moment | null,
  ): void;
  readonly cases: readonly KernelCase<A>[];
}
