/**
 * How the reference keeps numbers between two kernels. Arithmetic inside a kernel is float64 either way; with
 * `float32` every result is rounded as a float32 device would store it. A case whose two runs differ by more than
 * rounding sits on a kink of ReLU or max, and proves nothing about a backend.
 */
export type Precision = 'float64' | 'float32';

/** Rounds in place what a kernel has written. */
export function store(data: Float64Array, precision: Precision): void {
  if (precision === 'float64') return;
  for (let i = 0; i < data.length; i++) data[i] = Math.fround(data[i] as number);
}
