import { damagedImage } from './damaged.ts';

export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'TIFF';

/** Names that files of the readable formats end with, in lower case. */
export const imageExtensions: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
]);

interface Signature {
  readonly format: string;
  readonly readable: boolean;
  /** What files begin with, from byte `at` on, one of these. */
  readonly starts: readonly string[];
  readonly at?: number;
}

const signatures: readonly Signature[] = [
  { format: 'JPEG', readable: true, starts: ['\xff\xd8\xff'] },
  { format: 'PNG', readable: true, starts: ['\x89PNG\r\n\x1a\n'] },
  { format: 'WebP', readable: true, starts: ['WEBP'], at: 8 },
  { format: 'TIFF', readable: true, starts: ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'] },
  { format: 'GIF', readable: false, starts: ['GIF8'] },
  { format: 'BMP', readable: false, starts: ['BM'] },
  { format: 'AVIF or HEIF', readable: false, starts: ['ftyp'], at: 4 },
  { format: 'JPEG 2000', readable: false, starts: ['\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'] },
  { format: 'SVG', readable: false, starts: ['<?xml', '<svg'] },
];

/**
 * The format that an image's first bytes tell, whatever its name says.
 * @throws `dataset.damaged` for any other, by name where it is a known one
 */
export function formatOf(bytes: Uint8Array, file: string): ImageFormat {
  if (bytes.length === 0) throw damagedImage(file, 'is empty');
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  const found = signatures.find(({ starts, at = 0 }) => starts.some((text) => start.startsWith(text, at)));
  if (found?.readable) return found.format as ImageFormat;
  const article = found && /^[AS]/.test(found.format) ? 'an' : 'a';
  const fact = found ? `is ${article} ${found.format} image` : 'is no image';
  throw damagedImage(file, `${fact}; readable are JPEG, PNG, WebP and TIFF`);
}
