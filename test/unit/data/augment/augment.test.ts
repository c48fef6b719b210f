import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../../../core/backends/reference/index.ts';
import { augmentSchema, drawView, misplaced } from '../../../../core/data/augment/index.ts';
import { parseExperiment } from '../../../../core/train/experiment.ts';
import { augmentation, pictures, shown } from '../../../support/augment.ts';
import { tinyExperiment } from '../../../support/training.ts';

const reference = createReferenceBackend();
const source = pictures([1, 9, 9]);
const transform = { scale: Float32Array.of(1), shift: Float32Array.of(0), padTop: 0, padLeft: 0 };
const geometry = { channels: 1, height: 9, width: 9, newHeight: 9, newWidth: 9, top: 0, left: 0 };

async function seen(list: readonly object[], epoch = 0, seed = 1): Promise<Float32Array> {
  const drawn = augmentation(list, source, seed);
  return shown(reference, { source, input: [1, 9, 9], transform, augmentation: drawn, epoch });
}

const views = (list: readonly object[], samples: number) =>
  Array.from({ length: samples }, (_, sample) =>
    drawView(augmentation(list, source).steps, { seed: 1, epoch: 0 }, sample, geometry),
  );

describe('augmentation', () => {
  it('is drawn from seed, epoch and sample alone', async () => {
    const list = [{ type: 'rotate' }, { type: 'elastic' }];
    const first = await seen(list);
    expect(await seen(list)).toEqual(first);
    expect(await seen(list, 1)).not.toEqual(first);
    expect(await seen(list, 0, 2)).not.toEqual(first);
    // Every sample goes its own way: no two samples are changed alike.
    const [one, other] = views(list, 2);
    expect(one?.affine).not.toEqual(other?.affine);
  });

  it('changes nothing where every step is told to change nothing', async () => {
    const still = [
      { type: 'shift', x: 0, y: 0 },
      { type: 'rotate', degrees: 0 },
      { type: 'scale', from: 1, to: 1 },
      { type: 'shear', amount: 0 },
      { type: 'flip', horizontal: 0 },
      { type: 'crop', padding: 0 },
      { type: 'elastic', amplitude: 0 },
      { type: 'colour', brightness: 0, contrast: 0 },
    ];
    expect(Array.from(await seen(still))).toEqual(Array.from(source.images));
  });

  it('mirrors', async () => {
    const mirrored = await seen([{ type: 'flip', horizontal: 1, vertical: 1 }]);
    const size = 81;
    for (let n = 0; n < 16; n++) {
      const image = Array.from(source.images.subarray(n * size, (n + 1) * size));
      expect(Array.from(mirrored.subarray(n * size, (n + 1) * size))).toEqual(image.reverse());
    }
  });

  it('moves by whole pixels where it crops, over every offset that there is', () => {
    const offsets = views([{ type: 'crop', padding: 2 }], 400).map(({ affine }) => affine);
    expect(new Set(offsets.map(([, , x]) => x))).toEqual(new Set([-2, -1, 0, 1, 2]));
    expect(new Set(offsets.map(([, , , , , y]) => y))).toEqual(new Set([-2, -1, 0, 1, 2]));
  });

  it('moves pixels by the amplitude asked for, on average', async () => {
    const ramp = new Float32Array(16 * 81).map((_, at) => at % 9);
    const straight = { ...source, images: ramp };
    const { seed, steps } = augmentation([{ type: 'elastic', amplitude: 0.5, smoothness: 2 }], straight);
    let squares = 0;
    for (let epoch = 0; epoch < 20; epoch++) {
      const bent = await shown(reference, {
        source: straight,
        input: [1, 9, 9],
        transform,
        augmentation: { seed, steps },
        epoch,
      });
      for (let n = 0; n < 16; n++) {
        // In the middle of a ramp, where no pixel comes from outside, a value is where it comes from.
        for (let row = 3; row < 6; row++) squares += (bent[n * 81 + row * 9 + 4]! - 4) ** 2;
      }
    }
    expect(Math.sqrt(squares / (20 * 16 * 3))).toBeCloseTo(0.5, 1);
  });

  it('blanks a square out', async () => {
    const bright = { ...source, images: new Uint8Array(16 * 81).fill(200) };
    const drawn = augmentation([{ type: 'cutout', size: 3 }], bright);
    const holed = await shown(reference, {
      source: bright,
      input: [1, 9, 9],
      transform,
      augmentation: drawn,
    });
    const blank = Array.from({ length: 16 }, (_, n) => holed.subarray(n * 81, (n + 1) * 81)).map(
      (image) => image.filter((value) => value === 0).length,
    );
    expect(Math.max(...blank)).toBe(9);
    expect(Math.min(...blank)).toBeGreaterThan(0);
  });

  it('keeps greys grey whatever happens to saturation and hue', async () => {
    const grey = pictures([3, 4, 4], true);
    const plane = 16;
    const images = grey.images.map((_, at) => grey.images[at - (Math.floor(at / plane) % 3) * plane]!);
    const same = { ...grey, images };
    const drawn = augmentation(
      [{ type: 'colour', brightness: 0, contrast: 0, saturation: 1, hue: 180 }],
      same,
    );
    const three = {
      scale: new Float32Array(3).fill(1),
      shift: new Float32Array(3),
      padTop: 0,
      padLeft: 0,
    };
    const found = await shown(reference, {
      source: same,
      input: [3, 4, 4],
      transform: three,
      augmentation: drawn,
    });
    found.forEach((value, at) => {
      expect(value).toBeCloseTo(images[at]!, 3);
    });
  });

  it('adds light along the principal colours of the training set', () => {
    // Red and green go together, blue stays: one axis, (1, 1, 0) / sqrt 2, with the variance of both.
    const images = Uint8Array.from([0, 0, 7, 0, 0, 7, 100, 100, 7, 100, 100, 7]);
    const two = { images, labels: Int32Array.of(0, 1, 2, 3), shape: [3, 1, 1], classes: 4 };
    const { steps } = augmentation([{ type: 'lighting', deviation: 1 }], two);
    const numbers = steps[0]?.numbers ?? {};
    const eigenvalue = (2 * 50 ** 2) / 255 ** 2;
    const axes = [0, 1, 2].map((axis) =>
      [0, 1, 2].map((k) => Math.abs(numbers[`axis${axis}${k}`] ?? 0) / 255),
    );
    const strongest = axes.find(([red = 0]) => red > 1e-6) ?? [];
    expect(strongest[0]).toBeCloseTo(eigenvalue / Math.SQRT2, 10);
    expect(strongest[1]).toBeCloseTo(eigenvalue / Math.SQRT2, 10);
    expect(strongest[2]).toBeCloseTo(0, 10);
  });
});

describe('the list of augmentations', () => {
  it('fills in defaults and refuses what is unknown', () => {
    expect(augmentSchema.parse({ type: 'shift' })).toEqual({ type: 'shift', x: 2, y: 2 });
    const dataset = { augment: [{ type: 'shift', z: 1 }] };
    expect(() => parseExperiment({ config: tinyExperiment({ dataset }) })).toThrow(/unknown key "z"/i);
  });

  it('must say first where pixels come from, then their colours, then what is blanked out', () => {
    expect(
      misplaced([{ type: 'flip' }, { type: 'elastic' }, { type: 'colour' }, { type: 'cutout' }]),
    ).toBeNull();
    expect(misplaced([{ type: 'cutout' }, { type: 'flip' }])).toMatchObject({ place: 1 });
    expect(misplaced([{ type: 'elastic' }, { type: 'elastic' }])?.message).toBe(
      'there can be one elastic only',
    );
    const dataset = { augment: [{ type: 'elastic' }, { type: 'shift' }] };
    expect(() => parseExperiment({ config: tinyExperiment({ dataset }) })).toThrow(
      /shift must come before elastic/,
    );
  });

  it('refuses a step that does not suit the channels', () => {
    expect(() => augmentation([{ type: 'lighting' }], source)).toThrow(
      /needs images of 3 channels; these have 1/,
    );
  });
});
