/** Student's t and the normal distribution, from the special functions behind them. */

/** P(T <= t) of Student's t with `freedom` degrees of freedom (need not be whole), by the incomplete beta function. */
export function studentCdf(t: number, freedom: number): number {
  const tail = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = `probability`, by bisection, to about 15 digits. */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let low = 0;
  let high = 1;
  while (studentCdf(high, freedom) < probability) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Regularized incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22), which converges fast on
 * the side of x below (a + 1) / (a + b + 2); the other side follows by symmetry.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  return front / (a * betaFraction(x, a, b));
}

/** 1 + d1 / (1 + d2 / (1 + ...)), evaluated from the far end, far beyond where terms still matter. */
function betaFraction(x: number, a: number, b: number): number {
  let value = 1;
  for (let n = 200; n >= 1; n--) {
    const m = n >> 1;
    const term =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    value = 1 + term / value;
  }
  return value;
}

/** ln of the gamma function for x > 0: Stirling's series (DLMF 5.11.1), after recurring up to where it is exact. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}

/** P(|T| >= |t|): both tails, without the loss of digits of 1 - studentCdf where they are thin. */
export function studentTails(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** P(|Z| >= |z|) of the standard normal distribution: erfc(|z| / sqrt 2). */
export function normalTails(z: number): number {
  return upperGammaHalf((z * z) / 2);
}

/**
 * Regularized upper incomplete gamma function Q(1/2, x) = erfc(sqrt x): its power series (DLMF 8.7.1) below 1.5, its
 * continued fraction (DLMF 8.9.2), evaluated from the far end, above.
 */
function upperGammaHalf(x: number): number {
  const front = Math.exp(-x) * Math.sqrt(x / Math.PI);
  if (x < 1.5) {
    let term = 2;
    let sum = term;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= x / (n + 0.5);
      sum += term;
    }
    return 1 - front * sum;
  }
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = (n * (n - 0.5)) / (x + 2 * n + 0.5 - fraction);
  return front / (x + 0.5 - fraction);
}
