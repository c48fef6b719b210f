import { required } from '../../../kernels/shape.ts';
import { slopeFunction } from '../activation.ts';
import { type Binding, type Onward, reads, type Site, writes } from '../shader.ts';

/**
 * How a kernel gets rid of the gradient it computes: `give(value, at)` takes four images of it, at a quad of the first
 * output, through what follows (`fuse.ts`) to where it ends. Nothing is written in between.
 * @param name of the buffer where it ends
 */
export function outgoing(site: Site, name = 'dX'): { bindings: Binding[]; code: string } {
  const { steps, target } = site.onward ?? { steps: [], target: required(site.outputs[0], name) };
  const end = `
fn ${giver(steps.length)}(value: vec4f, at: u32) {
  watch4(value, at * 4u % ${site.pitch}u);
  ${name}[at] = value;
}`;
  return {
    bindings: [writes(name, target.place), ...steps.flatMap(bindingsOf)],
    code: [...steps.map((step, i) => codeOf(step, i, site.pitch / 4)), end].join('\n'),
  };
}

const giver = (place: number): string => `give${place || ''}`;

function bindingsOf(step: Onward, place: number): Binding[] {
  if (step.type === 'slope') return [reads(`activated${place}`, step.y.place)];
  return step.x ? [reads(`pooled${place}`, step.x.place)] : [];
}

function codeOf(step: Onward, place: number, quads: number): string {
  if (step.type === 'slope') {
    return `${slopeFunction(step.activation, `slope${place}`)}
fn ${giver(place)}(value: vec4f, at: u32) { ${giver(place + 1)}(value * slope${place}(activated${place}[at]), at); }`;
  }
  const { width, x } = step;
  const pixels = [0, 1, 2, 3];
  // Windows and maps lie alike: a row of windows is two rows of the map, of twice its width.
  const offset = (pixel: number) => ((pixel >> 1) * 2 * width + (pixel % 2)) * quads;
  const taken = (pixel: number) =>
    pixels
      .filter((other) => other !== pixel)
      .map((other) => `(x${pixel} ${other < pixel ? '>' : '>='} x${other})`)
      .join(' & ');
  const share = (pixel: number) => (x ? `select(vec4f(0.0), value, ${taken(pixel)})` : 'value / 4.0');
  return `
fn ${giver(place)}(value: vec4f, at: u32) {
  let window = at / ${quads}u;
  let first = (window / ${width}u * ${4 * width}u + window % ${width}u * 2u) * ${quads}u + at % ${quads}u;
  ${x ? pixels.map((pixel) => `let x${pixel} = pooled${place}[first + ${offset(pixel)}u];`).join('\n  ') : ''}
  ${pixels.map((pixel) => `${giver(place + 1)}(${share(pixel)}, first + ${offset(pixel)}u);`).join('\n  ')}
}`;
}
