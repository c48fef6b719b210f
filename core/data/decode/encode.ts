import sharp from 'sharp';

/** A PNG of planes [channels, height, width] of bytes; one channel is grey, three are red, green and blue. */
export async function encodePng(
  pixels: Uint8Array,
  [channels, height, width]: readonly [number, number, number],
): Promise<Uint8Array> {
  const plane = height * width;
  const interleaved = new Uint8Array(pixels.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) interleaved[i * channels + c] = pixels[c * plane + i] as number;
  }
  const raw = { width, height, channels: channels as 1 | 3 };
  return sharp(interleaved, { raw })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
