import { reads, type Shader, writes } from '../shader.ts';
import { sharers, summing } from './reduce.ts';
import { chunk, kinds } from './update.ts';

/** Quads of gradients whose squares a workgroup adds up. */
const quadsEach = 4096;

/** Workgroups that add up squares, each leaving one number. */
export const clipParts = (count: number): number => Math.ceil(count / 4 / quadsEach);

/**
 * The factor that brings all gradients of what descends down to a norm, min(1, bound / (norm + 1e-6)), as PyTorch's
 * `clip_grad_norm_`: first the squares, a stretch for each workgroup, then their sum. It ends in element 0 of `clipping`.
 * @param count elements of all gradients, whole chunks
 */
export function clipToNorm(bound: number, count: number, subgroups: boolean): Shader[] {
  const parts = clipParts(count);
  const clipping = writes('clipping', { all: 'clipping' }, 'f32');
  return [
    {
      bindings: [reads('gradients', { all: 'gradients' }), reads('rules', { all: 'rules' }), clipping],
      workgroups: [parts, 1, 1],
      code: summing(
        subgroups,
        `var sum = 0.0;
  let end = min((group.x + 1u) * ${quadsEach}u, ${count / 4}u);
  for (var quad = group.x * ${quadsEach}u + lane; quad < end; quad += ${sharers}u) {
    let g = gradients[quad];
    sum += select(0.0, dot(g, g), rules[quad / ${chunk / 4}u].x == ${kinds.descent}.0);
  }
  let squares = total(lane, sum);
  if (lane == 0u) { clipping[group.x + 1u] = squares; }`,
      ),
    },
    {
      bindings: [clipping],
      workgroups: [1, 1, 1],
      code: summing(
        subgroups,
        `var sum = 0.0;
  for (var part = lane; part < ${parts}u; part += ${sharers}u) { sum += clipping[part + 1u]; }
  let squares = total(lane, sum);
  if (lane == 0u) { clipping[0] = min(1.0, ${bound} / (sqrt(squares) + 1e-6)); }`,
      ),
    },
  ];
}
