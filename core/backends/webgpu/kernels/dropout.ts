import { z } from 'zod';
import { streams } from '../../../kernels/philox.ts';
import { elements, required } from '../../../kernels/shape.ts';
import { type Family, forEach, reads, writes } from '../shader.ts';

const attributes = z.object({ rate: z.number(), layer: z.int() });

/** Philox 4x32-10, word for word as core/kernels/philox.ts has it. */
const philox = `
// High 32 bits of a product, from four products of halves.
fn high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

fn philox(start: vec4u, startKey: vec2u) -> vec4u {
  var c = start;
  var key = startKey;
  for (var round = 0u; round < 10u; round++) {
    let first = high(0xd2511f53u, c.x);
    let second = high(0xcd9e8d57u, c.z);
    c = vec4u(second ^ c.y ^ key.x, 0xcd9e8d57u * c.z, first ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;

/**
 * y = x m / (1 - rate) in training, else x. An invocation draws one block of Philox, the masks of four neighbouring
 * elements of an image.
 */
const masked: Family = ({ inputs, outputs, attributes: given, pitch }) => {
  const x = required(inputs[0], 'x');
  const y = required(outputs[0], 'y');
  const { rate, layer } = attributes.parse(given);
  const size = elements(x.shape);
  const main = forEach(
    Math.ceil(size / 4) * pitch,
    `let image = item % ${pitch}u;
  let block = item / ${pitch}u;
  let key = vec2u(batch.seedLow, batch.seedHigh ^ ${streams.dropout << 24}u);
  let words = philox(vec4u(block, image, batch.step, ${layer}u), key);
  for (var k = 0u; k < min(4u, ${size}u - block * 4u); k++) {
    let at = (block * 4u + k) * ${pitch}u + image;
    // The upper 24 bits against the rate, as whole numbers.
    let kept = words[k] >> 8u >= ${Math.ceil(rate * 2 ** 24)}u;
    let result = select(select(0.0, x[at] * ${1 / (1 - rate)}, kept), x[at], batch.training == 0u);
    if (image < batch.count) { watch(result); }
    y[at] = result;
  }`,
  );
  return {
    shaders: [
      {
        ...main,
        code: philox + main.code,
        bindings: [reads('x', x.place, 'f32'), writes('y', y.place, 'f32')],
      },
    ],
  };
};

export const dropoutForward = masked;
/** The mask is drawn again. */
export const dropoutBackward = masked;
