import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { packTar, type TarHeader } from 'modern-tar';

export type Files = Readonly<Record<string, Uint8Array | string>>;

const bytesOf = (content: Uint8Array | string) =>
  typeof content === 'string' ? Buffer.from(content) : content;

/** A tar archive of files, in their order; `extra` adds entries of any kind. */
export async function tarOf(files: Files, extra: readonly TarHeader[] = []): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, content]) => {
    const body = bytesOf(content);
    return { header: { name, size: body.length, type: 'file' as const, mtime: new Date(0) }, body };
  });
  return Buffer.from(await packTar([...entries, ...extra.map((header) => ({ header }))]));
}

export async function tgzOf(files: Files, extra: readonly TarHeader[] = []): Promise<Buffer> {
  return gzipSync(await tarOf(files, extra), { level: 1 });
}

export interface ZipFault {
  /** Announce this size of the unpacked files instead. */
  readonly announcedBytes?: number;
  readonly crc?: number;
}

/** A zip archive of files, deflated. */
export function zipOf(files: Files, { announcedBytes, crc }: ZipFault = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const body = bytesOf(content);
    const packed = deflateRawSync(body);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc ?? crc32(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(announcedBytes ?? body.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
