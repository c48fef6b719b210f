import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConvolabError, type ErrorCode } from '../../core/contract/errors.ts';
import { unpack } from '../../core/data/archive/unpack.ts';
import { parseCifar } from '../../core/data/formats/cifar.ts';
import { parseIdx } from '../../core/data/formats/idx.ts';
import { parseLfwPairs } from '../../core/data/formats/lfw-pairs.ts';
import { parseMat } from '../../core/data/formats/mat.ts';
import { parseStlImages, parseStlLabels } from '../../core/data/formats/stl.ts';
import { parseVocXml } from '../../core/data/formats/voc.ts';
import { type Files, tarOf, zipOf } from '../support/data/archives.ts';
import { fixtures, noise } from '../support/data/fixtures.ts';
import { writeMat } from '../support/data/writers.ts';
import { mutantCount, mutate } from '../support/mutate.ts';
import { temporaryFolder } from '../support/project.ts';

/** `npm run fuzz -- --mutants 20000` for more. */
const mutants = mutantCount(1000);
/** Each is a file that is written and folders that are removed. */
const archiveMutants = mutantCount(200);
/** What takes this long for a few bytes hangs, on a busy machine too. */
const hangMs = 1000;

async function filesOf(name: string): Promise<Files> {
  const fixture = await fixtures[name]?.();
  if (fixture === undefined) throw new Error(`${name} has no fixture`);
  return fixture.files;
}

/** Reads every mutant of the seeds: it is understood, or refused as damaged. */
function readAll(
  seeds: readonly Uint8Array[],
  read: (bytes: Buffer) => unknown,
  codes: readonly ErrorCode[],
) {
  const outcome = { understood: 0, refused: 0 };
  for (let number = 0; number < mutants; number++) {
    const bytes = mutate(Buffer.from(seeds[number % seeds.length] as Uint8Array), number);
    const before = process.cpuUsage();
    try {
      read(bytes);
      outcome.understood++;
    } catch (thrown) {
      if (!(thrown instanceof ConvolabError) || !codes.includes(thrown.code)) {
        throw new Error(`mutant ${number}: ${thrown}`, { cause: thrown });
      }
      outcome.refused++;
    }
    // The processor's time: others may be using the machine.
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > hangMs) throw new Error(`mutant ${number} hangs`);
  }
  expect(outcome.understood + outcome.refused).toBe(mutants);
  return outcome;
}

describe(`${mutants} damaged files of each format are understood or refused, and nothing else happens`, () => {
  const damaged: ErrorCode[] = ['dataset.damaged'];
  const bothWays = ({ understood, refused }: { understood: number; refused: number }) => {
    expect(Math.min(understood, refused)).toBeGreaterThan(mutants / 200);
  };

  test('IDX', async () => {
    const files = await filesOf('fashion-mnist');
    const images = files['train-images-idx3-ubyte'] as Uint8Array;
    bothWays(readAll([images], (bytes) => parseIdx(bytes, 'file', 3), damaged));
  });

  test('CIFAR', () => {
    const records = noise(2 * 3073, 1);
    records[0] = 3;
    records[3073] = 9;
    bothWays(readAll([records], (bytes) => parseCifar({ labels: [10] }, bytes, 'file'), damaged));
  });

  test('STL-10', () => {
    const labels = Uint8Array.from({ length: 40 }, (_, i) => 1 + (i % 10));
    bothWays(readAll([labels], (bytes) => parseStlLabels(bytes, 'file', 10), damaged));
    bothWays(readAll([noise(27_648, 2)], (bytes) => parseStlImages(bytes, 'file'), damaged));
  });

  test('MAT', () => {
    const arrays = new Map([
      ['box_coord', { dimensions: [1, 4], data: Float64Array.of(1, 2, 3, 4) }],
      ['obj_contour', { dimensions: [2, 20], data: Float64Array.from({ length: 40 }, (_, i) => i / 3) }],
    ]);
    const flags = [true, false];
    const seeds = flags.flatMap((little) =>
      flags.flatMap((compressed) => flags.map((narrow) => writeMat(arrays, { little, compressed, narrow }))),
    );
    bothWays(readAll(seeds, (bytes) => parseMat(bytes, 'file'), damaged));
  });

  test('VOC XML', async () => {
    const files = await filesOf('voc-2007');
    const seeds = Object.entries(files)
      .filter(([path]) => path.endsWith('4.xml'))
      .map(([, text]) => Buffer.from(text as string));
    // What attackers write: entities that grow, and that name files.
    seeds.push(
      Buffer.from(
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;"><!ENTITY z SYSTEM "file:///etc/passwd">]>' +
          '<annotation><filename>&y;&z;</filename><size><width>1</width><height>1</height><depth>3</depth></size></annotation>',
      ),
    );
    bothWays(readAll(seeds, (bytes) => parseVocXml(bytes.toString('utf8'), 'file'), damaged));
  });

  test('lists of pairs', async () => {
    const files = await filesOf('lfw');
    const seeds = [files['pairs.txt'], files['pairsDevTrain.txt']].map((text) => Buffer.from(text as string));
    bothWays(readAll(seeds, (bytes) => parseLfwPairs(bytes.toString('utf8'), 'file'), damaged));
  });
});

describe(`${archiveMutants} damaged archives of each kind are unpacked or refused, and write nowhere else`, () => {
  /** Deep in a folder of its own, so that a step or two up can be seen. */
  let cage: ReturnType<typeof temporaryFolder>;
  let target: string;
  beforeAll(() => {
    cage = temporaryFolder();
    target = join(cage.path, 'a', 'b', 'c', 'target');
    mkdirSync(target, { recursive: true });
    writeFileSync(join(cage.path, 'a', 'bystander'), 'untouched');
  });
  afterAll(() => cage.remove());

  const codes: ErrorCode[] = ['archive.damaged', 'archive.unsafe'];
  const contents: Files = {
    'set/train.bin': noise(700, 1),
    'set/deeper/test.bin': noise(300, 2),
    'set/readme.txt': 'not wanted',
    'set/empty.bin': '',
  };
  /** Names that lead elsewhere, each of them refused even undamaged. */
  const hostile: Files[] = [
    { '../../bystander': 'x' },
    { 'set/../../../bystander.bin': 'x' },
    { '/tmp/convolab-fuzz-escaped.bin': 'x' },
    { 'C:\\escaped.bin': 'x' },
    { '..\\..\\bystander.bin': 'x' },
    { 'set/nul.bin': 'x' },
  ];

  async function unpackAll(seeds: readonly Buffer[], name: string, finish = (bytes: Buffer) => bytes) {
    const archive = join(cage.path, name);
    const outcome = { understood: 0, refused: 0 };
    for (let number = 0; number < archiveMutants; number++) {
      const seed = seeds[number % seeds.length] as Buffer;
      writeFileSync(archive, finish(mutate(seed, number)));
      const before = process.cpuUsage();
      const place = (path: string) => (path.endsWith('.bin') ? path : null);
      try {
        await unpack(archive, { target, place, limits: { bytes: 100_000, files: 50 } });
        outcome.understood++;
      } catch (thrown) {
        if (!(thrown instanceof ConvolabError) || !codes.includes(thrown.code)) {
          throw new Error(`mutant ${number}: ${thrown}`, { cause: thrown });
        }
        outcome.refused++;
      }
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 > hangMs) throw new Error(`mutant ${number} hangs`);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      if (number % 50 === 0 || number === archiveMutants - 1) expectUntouched(name, number);
    }
    expect(Math.min(outcome.understood, outcome.refused)).toBeGreaterThanOrEqual(1);
  }

  function expectUntouched(name: string, number: number): void {
    const found = readdirSync(cage.path, { recursive: true }).map(String).sort();
    const expected = ['a', 'a/b', 'a/b/c', 'a/b/c/target', 'a/bystander', name].sort();
    expect(found, `after mutant ${number}`).toEqual(expected);
    expect(readFileSync(join(cage.path, 'a', 'bystander'), 'utf8')).toBe('untouched');
    rmSync(join(cage.path, name));
  }

  /** Makes the sums of a tar's headers right again, so that damage gets past them. */
  function resum(tar: Buffer): Buffer {
    for (let at = 0; at + 512 <= tar.length; at += 512) {
      if (tar.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
      tar.fill(0x20, at + 148, at + 156);
      let sum = 0;
      for (let i = at; i < at + 512; i++) sum += tar[i] as number;
      tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
    }
    return tar;
  }

  const tars = async () => [
    await tarOf(contents),
    await tarOf(contents, [
      { name: 'set/link.bin', size: 0, type: 'symlink', linkname: '../../../bystander' },
    ]),
    await tarOf({ [`${'long'.repeat(30)}.bin`]: 'x', ...contents }),
    ...(await Promise.all(hostile.map((files) => tarOf({ ...files, ...contents })))),
  ];

  test('tar', async () => {
    let number = 0;
    await unpackAll(await tars(), 'set.tar', (bytes) => (number++ % 4 < 3 ? resum(bytes) : bytes));
  });

  test('tar.gz, damaged inside and outside', async () => {
    const seeds = (await tars()).map((tar, i) => (i % 2 === 0 ? tar : gzipSync(tar)));
    await unpackAll(seeds, 'set.tar.gz', (bytes) =>
      bytes[0] === 0x1f ? bytes : gzipSync(resum(bytes), { level: 1 }),
    );
  });

  test('zip', async () => {
    const good = hostile.map(() => zipOf(contents));
    const bad = hostile.map((files) => zipOf({ ...files, ...contents }));
    await unpackAll([...good, ...bad], 'set.zip');
  });

  const limits = { bytes: 100_000, files: 50 };
  const place = (path: string) => (path.endsWith('.gz') ? null : path);

  test.each([
    [
      'a tar of too much',
      'bomb.tar.gz',
      async () => gzipSync(await tarOf({ 'zeros.bin': Buffer.alloc(50_000_000) })),
    ],
    ['a zip of too much', 'bomb.zip', async () => zipOf({ 'zeros.bin': Buffer.alloc(50_000_000) })],
    [
      'a zip that lies about it',
      'bomb.zip',
      async () => zipOf({ 'zeros.bin': Buffer.alloc(5_000_000) }, { announcedBytes: 10 }),
    ],
    ['a tar of zeros without an end', 'bomb.tar.gz', async () => gzipSync(Buffer.alloc(50_000_000))],
    [
      'a gzip in a gzip of too much',
      'bomb.bin.gz.gz',
      async () => gzipSync(gzipSync(Buffer.alloc(50_000_000))),
    ],
    [
      'too many files',
      'bomb.tar',
      async () => tarOf(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.bin`, 'x']))),
    ],
    [
      'a link',
      'bomb.tar',
      async () => tarOf({}, [{ name: 'x', size: 0, type: 'link', linkname: '/etc/passwd' }]),
    ],
    [
      'the same name twice',
      'bomb.zip',
      async () =>
        Buffer.from(
          zipOf({ 'a.bin': 'x', 'b.bin': 'y' }).toString('latin1').replaceAll('b.bin', 'a.bin'),
          'latin1',
        ),
    ],
  ])('%s is refused before it fills the disk', async (_, name, make) => {
    const archive = join(cage.path, name);
    writeFileSync(archive, await make());
    await expect(unpack(archive, { target, place, limits })).rejects.toMatchObject({
      code: expect.stringMatching(/^archive\.(unsafe|damaged)$/),
    });
    const written = readdirSync(target).reduce(
      (sum, file) => sum + readFileSync(join(target, file)).length,
      0,
    );
    expect(written).toBeLessThanOrEqual(limits.bytes + 2 ** 18);
    rmSync(archive);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
  });

  test.each(hostile.map((files) => Object.keys(files)[0] as string))(
    'a file named %s is refused',
    async (path) => {
      for (const [name, bytes] of [
        ['set.tar', await tarOf({ [path]: 'x' })],
        ['set.zip', zipOf({ [path]: 'x' })],
      ] as const) {
        const archive = join(cage.path, name);
        writeFileSync(archive, bytes);
        await expect(unpack(archive, { target, place, limits }), name).rejects.toMatchObject({
          code: expect.stringMatching(/^archive\.(unsafe|damaged)$/),
        });
        rmSync(archive);
      }
      expect(readdirSync(target)).toEqual([]);
    },
  );
});
