import { describe, expect, it } from 'vitest';
import { gather } from '../../../core/backends/reference/gather.ts';
import { viewsOf } from '../../../core/train/views.ts';

const transform = { scale: Float32Array.of(1), shift: Float32Array.of(0), padTop: 0, padLeft: 0 };
const viewed = { image: [1, 32, 32], input: [1, 32, 32], transform, augment: [] };
const places = (views: ReturnType<typeof viewsOf>) =>
  views.map(({ padTop, padLeft, mirror }) => `${padTop} ${padLeft}${mirror ? ' mirrored' : ''}`);

describe('views of an image that is tested', () => {
  it('are the image as it is, mirrored, and moved into the corners as far as training moved it', () => {
    expect(places(viewsOf('one', viewed))).toEqual(['0 0']);
    expect(places(viewsOf('flips', viewed))).toEqual(['0 0', '0 0 mirrored']);
    const augment = [{ type: 'flip' }, { type: 'crop', padding: 2 }];
    expect(places(viewsOf('crops', { ...viewed, augment }))).toEqual(['0 0', '2 2', '2 -2', '-2 2', '-2 -2']);
    const ten = viewsOf('ten', { ...viewed, augment: [{ type: 'shift', x: 1.5, y: 1.5 }] });
    expect(ten).toHaveLength(10);
    expect(new Set(places(ten)).size).toBe(10);
    expect(places(ten)[9]).toBe('-2 -2 mirrored');
  });

  it('are the corners of a larger image, as AlexNet has them', () => {
    const large = {
      image: [1, 256, 256],
      input: [1, 227, 227],
      transform: { ...transform, padTop: -15, padLeft: -15 },
      augment: [{ type: 'crop', padding: 0 }],
    };
    expect(places(viewsOf('crops', large))).toEqual(['-15 -15', '0 0', '0 -29', '-29 0', '-29 -29']);
  });

  it('show the pixels that they say', () => {
    const source = {
      images: Uint8Array.of(1, 2, 3, 4),
      labels: Int32Array.of(0),
      shape: [1, 2, 2],
      classes: 1,
    };
    const seen = viewsOf('ten', {
      ...viewed,
      image: [1, 2, 2],
      input: [1, 2, 2],
      augment: [{ type: 'crop', padding: 1 }],
    }).map((view) => {
      const batch = { shape: [1, 1, 2, 2], data: new Float64Array(4) };
      gather(source, view, Uint32Array.of(0), batch);
      return [...batch.data];
    });
    expect(seen.slice(0, 5)).toEqual([
      [1, 2, 3, 4],
      [0, 0, 0, 1],
      [0, 0, 2, 0],
      [0, 3, 0, 0],
      [4, 0, 0, 0],
    ]);
    expect(seen[5]).toEqual([2, 1, 4, 3]);
  });
});
