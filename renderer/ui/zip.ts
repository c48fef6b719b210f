export interface ZipEntry {
  /** With slashes between folders. */
  readonly name: string;
  readonly data: string | Uint8Array;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as in ISO 3309, which ZIP and PNG use. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * A ZIP file with its entries stored as they are (APPNOTE 6.3.10, method 0): names in UTF-8, under 4 GiB in all.
 * @param modified what every entry says it was last changed at
 */
export function zip(entries: readonly ZipEntry[], modified: Date): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    const path = encoder.encode(name);
    const common = [
      ...[2, 20],
      // Bit 11: names are UTF-8.
      ...[2, 0x0800],
      ...[2, 0],
      ...[2, timeOf(modified)],
      ...[2, dateOf(modified)],
      ...[4, crc32(bytes)],
      ...[4, bytes.length],
      ...[4, bytes.length],
      ...[2, path.length],
      ...[2, 0],
    ];
    parts.push(record([4, 0x04034b50, ...common]), path, bytes);
    const attributes = [2, 0, 2, 0, 2, 0, 4, 0];
    directory.push(record([4, 0x02014b50, 2, 20, ...common, ...attributes, 4, offset]), path);
    offset += 30 + path.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = record([4, 0x06054b50, 2, 0, 2, 0, 2, count, 2, count, 4, size, 4, offset, 2, 0]);
  return joined([...parts, ...directory, end]);
}

/** Numbers in little endian, each behind its width in bytes. */
function record(fields: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1] as number;
    for (let byte = 0; byte < (fields[i] as number); byte++) bytes.push((value >>> (8 * byte)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** As MS-DOS has it: hours, minutes and pairs of seconds. */
function timeOf(date: Date): number {
  return (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
}

function dateOf(date: Date): number {
  return ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
}
