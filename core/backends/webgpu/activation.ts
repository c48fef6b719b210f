import type { ActivationName } from '../../kernels/activations.ts';

type Type = 'f32' | 'vec4f';

/** Slope of leaky ReLU below 0, and LeCun's A tanh(S u): as in core/kernels/activations.ts. */
const leak = '0.01';
const lecun = { amplitude: '1.7159', scale: '(2.0 / 3.0)' };

/** From exp(-2|u|), which never overflows. */
const tanh = (u: string): string =>
  `sign(${u}) * (1.0 - exp(-2.0 * abs(${u}))) / (1.0 + exp(-2.0 * abs(${u})))`;

/** exp(u) - 1, by its series where the difference would cancel. */
const expm1 = (u: string): string =>
  `select(exp(${u}) - 1.0, ${u} * (1.0 + ${u} * (0.5 + ${u} / 6.0)), abs(${u}) < 0.01 + 0.0 * ${u})`;

/** erf to 1.5e-7 (Abramowitz and Stegun 7.1.26), as statements that leave it in `erf`, from `z`. */
const erf = `
  let t = 1.0 / (1.0 + 0.3275911 * abs(z));
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let erf = sign(z) * (1.0 - series * exp(-z * z));`;

const inverseRootTwo = '0.70710678';
const inverseRootTwoPi = '0.39894228';

/** (2): y = f(u), as the body of a WGSL function of u. */
const values: Readonly<Record<ActivationName, (type: Type) => string>> = {
  linear: () => 'return u;',
  sigmoid: (type) => `let e = exp(-abs(u)); return select(e, ${type}(1.0), u >= ${type}(0.0)) / (1.0 + e);`,
  tanh: () => `return ${tanh('u')};`,
  // Not max(), which may turn what is not a number into 0.
  relu: (type) => `return select(u, ${type}(0.0), u < ${type}(0.0));`,
  'leaky-relu': (type) => `return select(u, ${leak} * u, u < ${type}(0.0));`,
  elu: (type) => `let v = min(u, ${type}(0.0)); return select(u, ${expm1('v')}, u < ${type}(0.0));`,
  gelu: () => `let z = u * ${inverseRootTwo}; ${erf} return 0.5 * u * (1.0 + erf);`,
  softplus: (type) => `return max(u, ${type}(0.0)) + log(1.0 + exp(-abs(u)));`,
  'scaled-tanh': () => `let v = ${lecun.scale} * u; return ${lecun.amplitude} * ${tanh('v')};`,
};

/** f'(u) in terms of y = f(u), or of y = u where y does not tell it. */
const slopes: Readonly<Record<ActivationName, (type: Type) => string>> = {
  linear: (type) => `return ${type}(1.0);`,
  sigmoid: () => 'return y * (1.0 - y);',
  tanh: () => 'return 1.0 - y * y;',
  relu: (type) => `return select(${type}(0.0), ${type}(1.0), y > ${type}(0.0));`,
  'leaky-relu': (type) => `return select(${type}(${leak}), ${type}(1.0), y > ${type}(0.0));`,
  elu: (type) => `return select(y + 1.0, ${type}(1.0), y > ${type}(0.0));`,
  gelu: () =>
    `let z = y * ${inverseRootTwo}; ${erf} return 0.5 * (1.0 + erf) + y * ${inverseRootTwoPi} * exp(-0.5 * y * y);`,
  softplus: () => `let v = -y; return -(${expm1('v')});`,
  'scaled-tanh': () => `return ${lecun.scale} * (${lecun.amplitude} - y * y / ${lecun.amplitude});`,
};

/** `fn activate(u) -> y` */
export function activate(name: ActivationName, type: Type = 'vec4f'): string {
  return `fn activate(u: ${type}) -> ${type} { ${values[name](type)} }`;
}

/** A function of y: f'(u) */
export function slopeFunction(name: ActivationName, called: string, type: Type = 'vec4f'): string {
  return `fn ${called}(y: ${type}) -> ${type} { ${slopes[name](type)} }`;
}
