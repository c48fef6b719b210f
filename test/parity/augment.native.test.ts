import { describe, expect, it } from 'vitest';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { augmentSteps } from '../../core/data/augment/index.ts';
import {
  alone,
  augmentation,
  pictures,
  type Showing,
  showing,
  shown,
  together,
  transform,
} from '../support/augment.ts';

const reference = createReferenceBackend();

describe('augmentation on the CPU', () => {
  it('is tested for every kind', () => {
    expect(Object.keys(alone)).toEqual([...augmentSteps.keys()]);
  });

  for (const [name, list] of [
    ...Object.entries(alone).map(([k, v]) => [k, [v]]),
    ['all at once', together],
  ]) {
    for (const floats of [false, true]) {
      it(`shows what the reference shows to the last bit: ${name}, ${floats ? 'floats' : 'bytes'}`, async () => {
        const wanted = showing(list as object[], floats);
        const expected = await shown(reference, wanted);
        expect(await shown(createNativeBackend(), wanted)).toEqual(expected);
        const plain = await shown(reference, { ...wanted, augmentation: undefined } as Showing);
        expect(expected).not.toEqual(plain);
      });
    }
  }

  it('shows the same on every SIMD path and with any number of threads', async () => {
    const wanted = showing(together, false);
    const expected = await shown(createNativeBackend(), wanted);
    for (const simd of simdPaths()) {
      expect(await shown(createNativeBackend({ simd }), { ...wanted, threads: 3 })).toEqual(expected);
    }
  });

  it('cuts a window out of larger images, and mirrors', async () => {
    const source = pictures([3, 12, 15]);
    const place = { ...transform, padTop: -2, padLeft: -3, mirror: true };
    const wanted = { source, input: [3, 8, 9], transform: place };
    expect(await shown(createNativeBackend(), wanted)).toEqual(await shown(reference, wanted));
    const cropped = { ...wanted, augmentation: augmentation([{ type: 'crop', padding: 0 }], source) };
    expect(await shown(createNativeBackend(), cropped)).toEqual(await shown(reference, cropped));
  });
});
