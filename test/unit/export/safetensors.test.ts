import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type SafeTensor,
  writeSafetensors,
} from '../../../core/export/safetensors.ts';
import { temporaryFolder } from '../../support/project.ts';

const tensors = new Map<string, SafeTensor>([
  ['pixels', { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ['C1.weight', { shape: [2, 1, 2], data: Float32Array.of(0.1, -2, 3.5, Number.NaN) }],
  ['labels', { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
  ['nothing', { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file with this header and this many bytes of tensors. */
function file(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const entry = (from: number, to: number, changes = {}) => ({
  dtype: 'F32',
  shape: [(to - from) / 4],
  data_offsets: [from, to],
  ...changes,
});

describe('a safetensors file', () => {
  test('gives back tensors and metadata as they were', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'inner', 'weights.safetensors');
    const metadata = { run: '"x"', classes: '["ä","б"]' };
    const written = await writeSafetensors(path, tensors, metadata);
    const bytes = readFileSync(path);
    expect(written).toEqual({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const read = await readSafetensors(path);
    expect(read.metadata).toEqual(metadata);
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(readdirSync(join(folder.path, 'inner'))).toEqual(['weights.safetensors']);
  });

  test('is laid out as the format says: header padded to eight bytes, tensors aligned to their elements', () => {
    const bytes = Buffer.concat(encodeSafetensors(tensors));
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(header).not.toHaveProperty('__metadata__');
    expect(header['C1.weight']).toMatchObject({ dtype: 'F32', shape: [2, 1, 2] });
    for (const name of ['C1.weight', 'labels']) expect(header[name].data_offsets[0] % 4).toBe(0);
    expect(bytes.readFloatLE(8 + length + header.scalar.data_offsets[0])).toBe(7);
  });

  test('keeps what views look at, not what they are views of', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const bytes = Buffer.concat(
      encodeSafetensors(new Map([['v', { shape: [2], data: whole.subarray(1, 3) }]])),
    );
    expect(decodeSafetensors(bytes, 'f').tensors.get('v')?.data).toEqual(Float32Array.of(2, 3));
  });

  test('is not written with a tensor whose shape is not its own', () => {
    const wrong = new Map([['w', { shape: [3], data: new Float32Array(4) }]]);
    expect(() => encodeSafetensors(wrong)).toThrow(/w of shape \[3\] has 4 elements/);
  });

  test.each([
    ['shorter than its first field', Buffer.alloc(5), /only 5 bytes long/],
    [
      'cut short inside its header',
      file({ a: entry(0, 4) }, 4).subarray(0, 20),
      /cut short inside its header/,
    ],
    ['of another kind', Buffer.from('<!DOCTYPE html><html></html>'), /not a safetensors file/],
    ['whose header is no JSON', file('{"a":', 0), /header is not JSON/],
    ['whose header is no object', file([1], 0), /not a JSON object/],
    [
      'whose header is not UTF-8',
      file(Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 0),
      /not a JSON object/,
    ],
    [
      'cut short',
      file({ a: entry(0, 8) }, 7),
      /holds 7 bytes of tensors where its header announces 8: it is cut short/,
    ],
    ['followed by foreign bytes', file({ a: entry(0, 8) }, 9), /foreign bytes follow/],
    ['with a hole', file({ a: entry(0, 4), b: entry(8, 12) }, 12), /b begins at byte 8 where 4 is expected/],
    [
      'with an overlap',
      file({ a: entry(0, 8), b: entry(4, 12) }, 12),
      /b begins at byte 4 where 8 is expected/,
    ],
    [
      'with a range that is not the shape',
      file({ a: entry(0, 8, { shape: [3] }) }, 8),
      /needs 12 bytes and is given 8/,
    ],
    ['with an unknown dtype', file({ a: entry(0, 8, { dtype: 'F8' }) }, 8), /dtype "F8"; known are F64, I64/],
    [
      'with a dtype that is not read',
      file({ a: entry(0, 8, { dtype: 'F64', shape: [1] }) }, 8),
      /dtype "F64"; readable are F32, I32, U8/,
    ],
    ['with a dtype of another kind', file({ a: entry(0, 8, { dtype: 'toString' }) }, 8), /dtype "toString"/],
    ['with a negative extent', file({ a: entry(0, 8, { shape: [-2] }) }, 8), /no proper shape/],
    [
      'with a fractional offset',
      file({ a: entry(0, 8, { data_offsets: [0.5, 8.5] }) }, 9),
      /no proper byte range/,
    ],
    ['without a range', file({ a: { dtype: 'F32', shape: [2] } }, 8), /no proper byte range/],
    ['with a tensor of nothing', file({ a: null }, 0), /tensor a has no description/],
    ['with metadata that are no texts', file({ __metadata__: { a: 1 } }, 0), /__metadata__/],
  ])('%s is refused, by name and fault', async (_, bytes, message) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'bad.safetensors');
    writeFileSync(path, bytes);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'file.damaged',
      subject: path,
      message: expect.stringMatching(message),
    });
  });

  test('that is not there is named', async () => {
    await expect(readSafetensors('/no/such/file')).rejects.toMatchObject({
      code: 'file.unreadable',
      subject: '/no/such/file',
    });
  });
});
