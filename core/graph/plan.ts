import type { Shape } from '../kernels/kernel.ts';

/**
 * A model compiled once: a static list of kernel calls over planned buffers. Backends run it; nothing is decided or
 * allocated while training.
 *
 * One step is: write the batch into `inputValue`; `forward` in order; `loss`; `backward` in order; then, if all of it was
 * finite, every parameter's `update`. Evaluation ends after `loss`. The list is the same in training and evaluation;
 * kernels that differ between them (dropout, batch normalisation) look at the step's `Moment`. Operands of a call are in the order of the kernel's own `inputs` and
 * `outputs`, a repeated one any number of times at the end. Every value is written by exactly one call (or is the
 * input, a view, or a gradient that is given); calls never accumulate, so that gradients of a value with several consumers are values of their
 * own, summed by an `add.forward` call. Every parameter with the update `descent` has its gradient written by exactly one call of `backward`.
 * An output may lie where an input of the same call lies, as the kernel's `inPlace` allows.
 */
export interface Plan {
  readonly name: string;
  /** [C, H, W] of one sample as the model sees it. */
  readonly input: Shape;
  readonly values: readonly PlanValue[];
  readonly parameters: readonly PlanParameter[];
  readonly forward: readonly KernelCall[];
  /** The loss with its gradient; its `y` is the output of the last layer. */
  readonly loss: KernelCall;
  readonly backward: readonly KernelCall[];
  /** In file order. */
  readonly layers: readonly PlanLayer[];
  /**
   * Value id of the network's input, and of the last layer's output (the logits). The output's place is not reused:
   * it can be read after the step.
   */
  readonly inputValue: number;
  readonly outputValue: number;
  /** Value that holds the gradient of the network's input; null unless the backward pass goes that far. */
  readonly inputGradient: number | null;
  /** Value that the gradient of the output has to be written to before the backward pass; null where the loss writes it. */
  readonly seedValue: number | null;
  /** What the loss compares with: class labels, or one-hot targets that the backend forms from labels. */
  readonly target: 'labels' | 'one-hot';
  /** Elements per sample of the arena in which every value lies. */
  readonly arenaSize: number;
  /** True where every value has a place of its own, so that all of them can be read after the step (`Program.probe`). */
  readonly retained: boolean;
}

export interface PlanLayer {
  readonly id: string;
  readonly type: string;
  /** Value that holds `<layer>.out` (after its activation). */
  readonly output: number;
  /** Value that holds its gradient; null where none is computed. */
  readonly gradient: number | null;
}

export interface PlanValue {
  readonly id: number;
  /** `C1.out`, `C1.out.grad`, ... */
  readonly name: string;
  readonly shape: Shape;
  /**
   * Place in the arena, in elements per sample; values whose lifetimes do not meet share one, and so do a value and
   * its views of another shape (flatten).
   */
  readonly offset: number;
  /** The value of another shape whose numbers these are. */
  readonly viewOf?: number;
}

export interface PlanParameter {
  /** `<layer>.weight` or `<layer>.bias` */
  readonly name: string;
  readonly layer: string;
  readonly shape: Shape;
  readonly initializer: InitializerCall;
  /** What it starts from instead, element by element. */
  readonly values?: Float32Array;
  readonly update: ParameterUpdate;
  /** 1 where a connection is present, 0 where it is absent, one byte per element; absent ones stay 0. */
  readonly mask?: Uint8Array;
  /** Elements that training changes by their gradient (absent connections and running averages are not). */
  readonly count: number;
}

/** How a training step changes a parameter. */
export type ParameterUpdate =
  /** Down its gradient, by the optimizer; weight decay acts on weights, not on biases. */
  | { readonly type: 'descent'; readonly decays: boolean }
  /**
   * Towards what the batch showed (its `gradient` operand), by `average.update`: a statistic that evaluation uses, kept
   * like a parameter but none of the model's.
   */
  | {
      readonly type: 'average';
      /** Weight of the newest batch, 0..1. */
      readonly share: number;
      /**
       * Numbers per sample of which the statistic is a variance: it is then corrected by n / (n - 1), where n are those
       * of the batch (Bessel). Left out for a mean.
       */
      readonly observations?: number;
    }
  | { readonly type: 'fixed' };

export interface InitializerCall {
  readonly type: string;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly [option: string]: unknown;
}

/** Where an operand of a call lies. */
export type OperandRef =
  | { readonly value: number }
  | { readonly parameter: number }
  /** Gradient of that parameter, summed over the batch. */
  | { readonly gradient: number }
  | { readonly target: true }
  /** The per-sample losses. */
  | { readonly losses: true };

export interface KernelCall {
  readonly kernel: string;
  /** Layer id, for errors and profiles. */
  readonly layer: string;
  readonly inputs: readonly (OperandRef | null)[];
  /** `null` where an output is not wanted (the input gradient of the first layer is not even called for). */
  readonly outputs: readonly (OperandRef | null)[];
  readonly attributes: Readonly<Record<string, unknown>>;
}
