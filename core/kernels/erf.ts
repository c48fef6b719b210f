/**
 * The error function to float64's precision, from a series whose terms are all positive, so that nothing cancels:
 * erf(x) = 2 / sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)) (Abramowitz and Stegun 7.1.6).
 */
export function erf(x: number): number {
  // Beyond it float64 cannot tell erf from its limit.
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
