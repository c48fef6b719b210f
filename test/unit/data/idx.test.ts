import { describe, expect, test } from 'vitest';
import { parseIdx, parseIdxHeader } from '../../../core/data/formats/idx.ts';

/** Two images of 1x3. */
const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

const changed = (at: number, ...bytes: number[]) => {
  const copy = Uint8Array.from(images);
  copy.set(bytes, at);
  return copy;
};

describe('an IDX file', () => {
  test('gives its extents and its bytes, without copying them', () => {
    const { extents, data } = parseIdx(images, 'a', 3);
    expect(extents).toEqual([2, 1, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(data.buffer).toBe(images.buffer);
  });

  test('reads extents as unsigned big-endian numbers', () => {
    expect(parseIdxHeader(changed(4, 0xff, 0, 0, 1), 'a', 3).extents[0]).toBe(0xff000001);
  });

  test('inside a larger buffer is read from its own beginning', () => {
    const around = new Uint8Array(images.length + 5);
    around.set(images, 5);
    expect(parseIdx(around.subarray(5), 'a', 3).extents).toEqual([2, 1, 3]);
  });

  test.each([
    ['cut short by one byte', images.subarray(0, -1), /21 bytes long .* announces 22: it is cut short/],
    ['with one byte too many', Uint8Array.of(...images, 0), /23 bytes long .* followed by foreign bytes/],
    ['that is empty', new Uint8Array(0), /only 0 bytes long/],
    ['that ends inside its header', images.subarray(0, 9), /ends inside its header of 16 bytes/],
    ['with a wrong magic number', changed(0, 0x1f, 0x8b), /magic number 0x1f8b0803/],
    ['of floats', changed(2, 13), /holds 32-bit floats; images and labels are unsigned bytes/],
    ['of an unheard-of type', changed(2, 10), /unknown element type 0x0a/],
    ['with one dimension too few', changed(3, 2), /2 dimensions where 3 are expected/],
  ])('%s is refused, by name and fault', (_, bytes, message) => {
    expect(() => parseIdx(bytes, '/data/train-images', 3)).toThrow(
      expect.objectContaining({
        code: 'dataset.damaged',
        subject: '/data/train-images',
        message: expect.stringMatching(message),
      }),
    );
  });
});
