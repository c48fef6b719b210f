import { type FileHandle, open } from 'node:fs/promises';
import type { SampleSource } from '../../backends/backend.ts';
import type { SampleReader } from '../dataset.ts';
import { damaged, unreadable } from '../faults.ts';
import {
  countStlImages,
  parseStlImages,
  parseStlLabels,
  stlImageBytes,
  stlShape,
  transposeStl,
} from '../formats/stl.ts';
import { type FileContent, type FileHead, given, type SampleLayout } from '../stored/layout.ts';

const splits = {
  train: { images: 'train_X.bin', labels: 'train_y.bin' },
  test: { images: 'test_X.bin', labels: 'test_y.bin' },
} as const;
const unlabelled = 'unlabeled_X.bin';

/** STL-10: two labelled splits, and many images without labels that stay on disk. */
export function stlLayout(classes: readonly string[]): SampleLayout {
  return {
    shape: stlShape,
    classes,
    files: [...Object.values(splits).flatMap(({ images, labels }) => [images, labels]), unlabelled],
    large: new Set([unlabelled]),
    count(heads) {
      const counted = Object.entries(splits).map(([split, names]) => {
        const images = given(heads, names.images);
        const labels = given(heads, names.labels);
        const count = countStlImages(images.bytes, images.path);
        checkCounts(count, labels.bytes, labels.path);
        return [split, count] as const;
      });
      const rest = given(heads, unlabelled);
      return { ...Object.fromEntries(counted), unlabelled: countStlImages(rest.bytes, rest.path) };
    },
    parse: (contents) =>
      Object.fromEntries(
        Object.entries(splits).map(([split, names]) => [
          split,
          parseSplit(given(contents, names.images), given(contents, names.labels), classes.length),
        ]),
      ),
    readers: (paths) => ({ unlabelled: stlReader(given(paths, unlabelled)) }),
  };
}

function parseSplit(images: FileContent, labels: FileContent, classes: number): SampleSource {
  checkCounts(countStlImages(images.bytes.length, images.path), labels.bytes.length, labels.path);
  return {
    images: parseStlImages(images.bytes, images.path),
    labels: parseStlLabels(labels.bytes, labels.path, classes),
    shape: stlShape,
    classes,
  };
}

function checkCounts(images: number, labels: number, path: string): void {
  if (images !== labels) throw damaged(path, `holds ${labels} labels for ${images} images`);
}

/** Reads images by position, one at a time. */
function stlReader({ path, bytes }: FileHead): SampleReader {
  let file: Promise<FileHandle> | undefined;
  return {
    count: countStlImages(bytes, path),
    shape: stlShape,
    classes: 0,
    labels: null,
    async read(indices, target) {
      file ??= open(path).catch((cause) => Promise.reject(unreadable(path, cause)));
      const handle = await file;
      const stored = new Uint8Array(stlImageBytes);
      for (const [place, index] of indices.entries()) {
        const { bytesRead } = await handle.read(stored, 0, stlImageBytes, index * stlImageBytes);
        if (bytesRead !== stlImageBytes) throw damaged(path, `ends inside image ${index}`);
        transposeStl(stored);
        target.set(stored, place * stlImageBytes);
      }
    },
    async close() {
      const open = file;
      file = undefined;
      await (await open)?.close();
    },
  };
}
