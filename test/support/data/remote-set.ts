import { createHash } from 'node:crypto';
import type { Checksum, RemoteFile, SampleDatasetDefinition } from '../../../core/data/dataset.ts';
import { cifarLayout } from '../../../core/data/layouts/cifar.ts';
import { byName } from '../../../core/data/stored/place.ts';
import { sampleSet } from '../../../core/data/stored/sample-set.ts';
import { tgzOf } from './archives.ts';
import { noise } from './fixtures.ts';
import { writeCifarRecords } from './writers.ts';

/** A data set of a few hundred images in an archive, which a test serves itself. */
export interface RemoteSet {
  readonly archive: Buffer;
  readonly checksum: Checksum;
  /** As it is fetched from those URLs. */
  definition(urls: readonly string[], file?: Partial<RemoteFile>): SampleDatasetDefinition;
}

export async function remoteSet(samples = 60): Promise<RemoteSet> {
  const files = ['train.bin', 'test.bin'].map((name, i) => {
    const labels = Array.from({ length: samples }, (_, label) => [label % 10]);
    return [name, writeCifarRecords(labels, noise(samples * 3072, i))] as const;
  });
  const archive = await tgzOf(Object.fromEntries(files));
  const sha256 = createHash('sha256');
  for (const [, bytes] of files) sha256.update(bytes);
  const hash = sha256.digest('hex');
  const checksum: Checksum = { algorithm: 'md5', hex: createHash('md5').update(archive).digest('hex') };
  const layout = cifarLayout({
    classes: 'abcdefghij'.split(''),
    labels: [10],
    splits: { train: ['train.bin'], test: ['test.bin'] },
  });
  return {
    archive,
    checksum,
    definition: (urls, file) =>
      sampleSet(
        {
          name: 'remote',
          title: 'Remote',
          description: 'made by a test',
          licence: 'none',
          source: 'a test',
          homepage: 'http://127.0.0.1/',
          citation: 'none',
          published: { version: '1', splits: { train: samples, test: samples }, bytes: samples * 6146, hash },
          sources: [
            { kind: 'web', files: [{ name: 'remote.tgz', urls, bytes: archive.length, checksum, ...file }] },
          ],
        },
        { layout, place: byName(layout.files) },
      ),
  };
}
