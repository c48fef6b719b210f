import { describe, expect, it } from 'vitest';
import { createNativeBackend, simdPaths } from '../../core/backends/native/index.ts';
import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { augmentSteps } from '../../core/data/augment/index.ts';
import { augmentation, pictures, type Showing, shown } from '../support/augment.ts';

const reference = createReferenceBackend();

/** Each kind alone, with numbers that show; a new kind needs a line. */
const alone: Readonly<Record<string, object>> = {
  shift: { type: 'shift', x: 3.5, y: 2 },
  rotate: { type: 'rotate', degrees: 40 },
  scale: { type: 'scale', from: 0.7, to: 1.4, stretch: true },
  shear: { type: 'shear', amount: 0.4 },
  flip: { type: 'flip', horizontal: 0.5, vertical: 0.3 },
  crop: { type: 'crop', padding: 3 },
  elastic: { type: 'elastic', amplitude: 1.5, smoothness: 3 },
  colour: { type: 'colour', brightness: 0.4, contrast: 0.4, saturation: 0.6, hue: 40 },
  lighting: { type: 'lighting', deviation: 2 },
  cutout: { type: 'cutout', size: 5 },
};
const together = Object.values(alone);

const transform = {
  scale: Float32Array.of(0.011, 0.013, 0.017),
  shift: Float32Array.of(-1, 0.5, -0.25),
  padTop: 2,
  padLeft: 1,
};

function showing(list: readonly object[], floats: boolean): Showing {
  const source = pictures([3, 12, 15], floats);
  return { source, input: [3, 17, 18], transform, augmentation: augmentation(list, source), epoch: 3 };
}

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
