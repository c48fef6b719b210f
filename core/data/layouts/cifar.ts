import type { SampleSource } from '../../backends/backend.ts';
import { type CifarFormat, countCifarRecords, parseCifar } from '../formats/cifar.ts';
import { given, type SampleLayout } from '../stored/layout.ts';

/** A data set kept as files of CIFAR records; a split is one file or several, one after the other. */
export interface CifarOptions extends CifarFormat {
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, readonly string[]>>;
}

const shape = [3, 32, 32] as const;

export function cifarLayout({ classes, splits, ...format }: CifarOptions): SampleLayout {
  return {
    shape,
    classes,
    files: Object.values(splits).flat(),
    large: new Set(),
    count: (heads) =>
      Object.fromEntries(
        Object.entries(splits).map(([split, names]) => [
          split,
          names.reduce((sum, name) => {
            const { bytes, path } = given(heads, name);
            return sum + countCifarRecords(format, bytes, path);
          }, 0),
        ]),
      ),
    parse: (contents) =>
      Object.fromEntries(
        Object.entries(splits).map(([split, names]) => [
          split,
          join(
            names.map((name) => parseCifar(format, given(contents, name).bytes, given(contents, name).path)),
            classes.length,
          ),
        ]),
      ),
  };
}

function join(parts: readonly { images: Uint8Array; labels: Int32Array }[], classes: number): SampleSource {
  const images = new Uint8Array(parts.reduce((sum, part) => sum + part.images.length, 0));
  const labels = new Int32Array(parts.reduce((sum, part) => sum + part.labels.length, 0));
  let sample = 0;
  let byte = 0;
  for (const part of parts) {
    images.set(part.images, byte);
    labels.set(part.labels, sample);
    byte += part.images.length;
    sample += part.labels.length;
  }
  return { images, labels, shape, classes };
}
