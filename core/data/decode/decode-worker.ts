import { parentPort } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import { decodeImage } from './decode.ts';
import { Fitter } from './fit.ts';
import type { DecodeAnswer, DecodedFile, DecodeJob, EncodedImage, Fit, ToDecoder } from './job.ts';

/** Entry of a decoding thread: images as they lie in their files in, samples of one size out. */
const fitters = new Map<string, Fitter>();

function fitterOf(fit: Fit): Fitter {
  const key = JSON.stringify(fit);
  const fitter = fitters.get(key) ?? new Fitter(fit);
  fitters.set(key, fitter);
  return fitter;
}

async function decode({ bytes, file }: EncodedImage, fitter: Fitter): Promise<DecodedFile> {
  try {
    return fitter.fit(await decodeImage(bytes, file));
  } catch (thrown) {
    return ConvolabError.from(thrown).toJSON();
  }
}

async function answer({ id, images, fit }: DecodeJob): Promise<void> {
  const fitter = fitterOf(fit);
  // All at once: while one is resized here, the next are decoded in libuv's threads.
  const decoded = await Promise.all(images.map((image) => decode(image, fitter)));
  const buffers = decoded.flatMap((image) => (image instanceof Uint8Array ? [image.buffer] : []));
  parentPort?.postMessage({ id, images: decoded } satisfies DecodeAnswer, buffers);
}

parentPort?.on('message', (message: ToDecoder) => {
  if ('end' in message) parentPort?.close();
  else void answer(message);
});
