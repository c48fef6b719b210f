import { afterAll, describe, expect, test } from 'vitest';
import { decodeImage, measureImage } from '../../../core/data/decode/decode.ts';
import { encodePng } from '../../../core/data/decode/encode.ts';
import { DecodePool } from '../../../core/data/decode/pool.ts';
import { Resampler } from '../../../core/data/derive/resample.ts';
import { coloured, flat, photograph } from '../../support/images.ts';

// Red, green, blue; white, black, grey.
const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128];
const image = () => coloured(3, 2, pixels);
const exact = { quality: 100, chromaSubsampling: '4:4:4' };

const decoded = async (bytes: Uint8Array) => decodeImage(bytes, 'picture');
/** The largest difference of any channel. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));

describe('images of every readable kind', () => {
  test.each([
    ['a PNG', () => image().png()],
    ['a PNG with a palette', () => image().png({ palette: true })],
    ['a PNG of 16 bits', () => image().toColourspace('rgb16').png()],
    ['a WebP without loss', () => image().webp({ lossless: true })],
    ['a TIFF', () => image().tiff({ compression: 'lzw' })],
    ['a TIFF of 16 bits', () => image().toColourspace('rgb16').tiff({ compression: 'none' })],
  ])('%s is what was written', async (_, make) => {
    const { width, height, channels, data } = await decoded(await make().toBuffer());
    expect({ width, height, channels }).toEqual({ width: 3, height: 2, channels: 3 });
    expect(distance(data, pixels)).toBeLessThanOrEqual(1);
  });

  test('a JPEG is what was written, but for its losses', async () => {
    const { data } = await decoded(await flat(16, 16, [200, 40, 90]).jpeg(exact).toBuffer());
    expect(distance(data.subarray(0, 3), [200, 40, 90])).toBeLessThanOrEqual(2);
  });

  test.each([
    ['JPEG', () => image().toColourspace('cmyk').jpeg(exact)],
    ['TIFF', () => image().toColourspace('cmyk').tiff({ compression: 'none' })],
  ])('a CMYK %s has the colours that ink can print', async (_, make) => {
    const { data } = await decoded(await make().toBuffer());
    const [red = 0, green = 0, blue = 0] = data;
    expect(red - Math.max(green, blue)).toBeGreaterThan(150);
    expect(Math.min(...data.subarray(9, 12))).toBeGreaterThan(250);
    expect(Math.max(...data.subarray(12, 15))).toBeLessThan(20);
  });

  test.each([
    ['grey', 'b-w'],
    ['grey of 16 bits', 'grey16'],
  ])('a %s image has the same in every channel', async (_, space) => {
    const { channels, data } = await decoded(await image().toColourspace(space).png().toBuffer());
    expect(channels).toBe(3);
    for (let i = 0; i < 18; i += 3) expect(new Set(data.subarray(i, i + 3)).size).toBe(1);
    expect([data[9], data[12], data[15]]).toEqual([255, 0, 128]);
  });

  test('what is transparent lies over white', async () => {
    const { data } = await decoded(await image().ensureAlpha(0.5).png().toBuffer());
    expect(distance(data.subarray(0, 6), [255, 128, 128, 128, 255, 128])).toBeLessThanOrEqual(1);
    const grey = await decoded(await image().toColourspace('b-w').ensureAlpha(0).png().toBuffer());
    expect(new Set(grey.data)).toEqual(new Set([255]));
  });

  test('an image is turned as its EXIF orientation says, and measured alike', async () => {
    // Orientation 6: to be turned by 90 degrees clockwise, so the left column becomes the top row.
    const bytes = await coloured(3, 2, pixels).png().withMetadata({ orientation: 6 }).toBuffer();
    const { width, height, data } = await decoded(bytes);
    expect([width, height]).toEqual([2, 3]);
    expect([...data]).toEqual([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 0, 128, 128, 128, 0, 0, 255]);
    expect(await measureImage(bytes, 'picture')).toEqual({ height: 3, width: 2 });
  });
});

describe('what is no readable image', () => {
  test('of another format is refused by its name, whatever the file is called', async () => {
    const gif = await image().gif().toBuffer();
    await expect(decodeImage(gif, 'cat.jpg')).rejects.toMatchObject({
      code: 'dataset.damaged',
      subject: 'cat.jpg',
      message: 'cat.jpg is a GIF image; readable are JPEG, PNG, WebP and TIFF.',
    });
    await expect(decoded(Buffer.from('<svg onload="x"/>'))).rejects.toThrow('is an SVG image');
    await expect(decoded(Buffer.from('hello, world'))).rejects.toThrow('is no image');
    await expect(decoded(new Uint8Array(0))).rejects.toThrow('is empty');
  });

  test('with float pixels is refused by name', async () => {
    const bytes = await image().toColourspace('lab').tiff({ compression: 'none' }).toBuffer();
    await expect(decoded(bytes)).rejects.toThrow(/holds pixels of type float; readable are whole numbers/);
  });

  test('cut short is damaged', async () => {
    const whole = {
      jpeg: await photograph(60, 40, 1).jpeg().toBuffer(),
      png: await photograph(60, 40, 1).png().toBuffer(),
    };
    for (const bytes of Object.values(whole)) {
      await expect(decoded(bytes.subarray(0, bytes.length >> 1))).rejects.toMatchObject({
        code: 'dataset.damaged',
      });
    }
  });

  test('that would unpack to more than 7,000 x 7,000 pixels is refused before it is', async () => {
    const bomb = await flat(7001, 7001, [0, 0, 0]).png().toBuffer();
    await expect(decoded(bomb)).rejects.toThrow('is larger than 7,000 x 7,000 pixels');
  });
});

test('planes of bytes written as PNG are read back to the same', async () => {
  const planes = Uint8Array.from({ length: 3 * 4 * 5 }, (_, i) => (i * 37) & 255);
  const { data } = await decoded(await encodePng(planes, [3, 4, 5]));
  expect(
    Uint8Array.from({ length: 60 }, (_, i) => data[(i % 20) * 3 + Math.floor(i / 20)] as number),
  ).toEqual(planes);
});

describe('decoding threads', () => {
  const pool = new DecodePool(2);
  afterAll(() => pool.close());
  const fit = { height: 9, width: 7, method: 'area', keep: 'all' } as const;

  test('bring images of any size to one, in order, as the resampler does', async () => {
    const images = await Promise.all(
      Array.from({ length: 21 }, async (_, i) => ({
        file: String(i),
        bytes: await photograph(10 + (i % 4), 12, i)
          .png()
          .toBuffer(),
      })),
    );
    const samples = await pool.decode(images, fit);
    for (const [i, sample] of samples.entries()) {
      const { width, height, data } = await decoded(images[i]?.bytes as Uint8Array);
      const wanted = new Uint8Array(3 * 63);
      const resampler = new Resampler({ width, height }, fit, 'area');
      for (const c of [0, 1, 2]) resampler.plane(data, c, 3, wanted, c * 63);
      expect(sample).toEqual(wanted);
    }
  });

  test('tell which image is damaged, and go on with the others', async () => {
    const good = { file: 'good', bytes: await image().png().toBuffer() };
    const bad = { file: 'bad', bytes: good.bytes.subarray(0, 50) };
    const [first, second, third] = await pool.decode([good, bad, good], fit);
    expect(second).toMatchObject({ code: 'dataset.damaged', subject: 'bad' });
    expect(first).toEqual(third);
    expect(first).toBeInstanceOf(Uint8Array);
  });

  test('that are closed leave nobody waiting', async () => {
    const closing = new DecodePool(1);
    const good = { file: 'good', bytes: await image().png().toBuffer() };
    const waiting = closing.decode(Array(100).fill(good), fit);
    const settled = expect(waiting).rejects.toMatchObject({ code: 'dataset.busy' });
    await closing.close();
    await settled;
  });
});
