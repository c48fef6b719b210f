import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConvolabError } from '../contract/errors.ts';

/**
 * Reads a file whose checksum was recorded when it was written.
 * @param about what the file is ("The checkpoint"), and what to do where it is not as it was
 * @throws `file.unreadable`, `file.damaged`
 */
export async function readVerified(
  path: string,
  sha256: string,
  { what, hint }: { readonly what: string; readonly hint: string },
): Promise<Uint8Array> {
  const bytes = await readBytes(path, what, hint);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new ConvolabError('file.damaged', `${what} is not what was written: ${path}.`, {
      subject: path,
      hint,
    });
  }
  return bytes;
}

async function readBytes(path: string, what: string, hint: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConvolabError(
      'file.unreadable',
      `${what} cannot be read: ${path}.`,
      { subject: path, hint },
      { cause },
    );
  }
}
