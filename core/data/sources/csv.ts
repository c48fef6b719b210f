import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { field } from '../../contract/fields.ts';
import type { ImageShape } from '../dataset.ts';
import { inMemory } from '../derive/samples.ts';
import { damaged, unreadable } from '../faults.ts';
import { PixelTable } from './csv-table.ts';
import { refuseSource, sourceFields, withTest } from './fields.ts';
import { defineSource } from './source.ts';

const schema = z.strictObject({
  type: z.literal('csv'),
  ...sourceFields({
    label: 'File',
    help: 'A row for each image, or a folder with train.csv and test.csv.',
  }),
  label: field(z.string().min(1), {
    label: 'Label column',
    help: 'Name of the column with the class; `first` or `last` where there is no header.',
    kind: 'text',
    default: 'first',
  }),
  shape: field(z.string().regex(/^(\d+x\d+x\d+)?$/, 'must read channels x height x width, as 1x28x28'), {
    label: 'Shape',
    help: 'Channels x height x width, as 1x28x28. Left empty: a square grey image, or a square one in three colours.',
    kind: 'text',
    default: '',
  }),
});
type CsvSpec = z.output<typeof schema>;

/** Images as rows of numbers, pixel after pixel, channel after channel, with a class in one column. */
export const csv = defineSource<CsvSpec>({
  type: 'csv',
  label: 'Table of pixels (CSV)',
  help: 'A row for each image: its class, and its pixels (whole numbers 0 to 255 are bytes, others stay as they are).',
  schema,
  async open(spec, name) {
    const path = resolve(spec.path);
    const files = await splitFiles(path);
    const hash = createHash('sha256');
    const tables = new Map<string, PixelTable>();
    for (const [split, file] of files) tables.set(split, await readTable(file, spec, hash));
    const classes = classNames([...tables.values()]);
    const shape = shapeOf(spec, tables);
    const splits = [...tables].map(([split, table]) => {
      const labels = Int32Array.from(table.labels, (label) => classes.indexOf(label));
      return [split, inMemory({ images: table.pixels(), labels, shape, classes: classes.length })] as const;
    });
    return {
      name,
      title: name || basename(path),
      version: 'own copy',
      hash: hash.digest('hex'),
      set: withTest(classes, Object.fromEntries(splits), spec),
      close: async () => undefined,
    };
  },
});

async function splitFiles(path: string): Promise<Map<string, string>> {
  const found = await stat(path).catch((cause) => Promise.reject(unreadable(path, cause)));
  if (!found.isDirectory()) return new Map([['train', path]]);
  const files = new Map([['train', join(path, 'train.csv')]]);
  const test = join(path, 'test.csv');
  if (await stat(test).catch(() => null)) files.set('test', test);
  return files;
}

async function readTable(file: string, { label }: CsvSpec, hash: Hash): Promise<PixelTable> {
  const table = new PixelTable(file, label);
  const stream = /\.gz$/i.test(file) ? unpacked(file) : createReadStream(file);
  const failed = new Promise<never>((_, reject) =>
    stream.on('error', (cause: Error) => reject(unreadable(file, cause))),
  );
  const read = async () => {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      hash.update(line).update('\n');
      table.add(line);
    }
  };
  await Promise.race([read(), failed]);
  if (table.labels.length === 0) throw damaged(file, 'holds no row of pixels');
  return table;
}

function unpacked(file: string): Readable {
  const unpacking = createGunzip();
  // What goes wrong on either side ends the stream that is read.
  pipeline(createReadStream(file), unpacking, () => undefined);
  return unpacking;
}

/** Numbers in their order, then names in theirs. */
function classNames(tables: readonly PixelTable[]): string[] {
  const names = [...new Set(tables.flatMap(({ labels }) => labels))];
  const rank = (name: string) => (Number.isNaN(Number(name)) ? Number.POSITIVE_INFINITY : Number(name));
  return names.sort((a, b) => (rank(a) === rank(b) ? (a < b ? -1 : 1) : rank(a) - rank(b)));
}

function shapeOf({ shape }: CsvSpec, tables: ReadonlyMap<string, PixelTable>): ImageShape {
  const counts = [...new Set([...tables.values()].map(({ columns }) => columns))];
  const [count = 0] = counts;
  if (counts.length > 1)
    throw refuseSource('path', `training rows have ${counts[0]} pixels and test rows ${counts[1]}`);
  if (shape !== '') {
    const extents = shape.split('x').map(Number) as [number, number, number];
    const wanted = extents.reduce((product, extent) => product * extent, 1);
    if (wanted === count) return extents;
    throw refuseSource('shape', `${shape} are ${wanted} pixels, and the rows have ${count}`);
  }
  for (const channels of [1, 3]) {
    const side = Math.sqrt(count / channels);
    if (Number.isInteger(side)) return [channels, side, side];
  }
  throw refuseSource('shape', `${count} pixels make no square image; say channels x height x width`);
}
