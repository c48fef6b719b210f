import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export interface ServedFile {
  body: Buffer;
  type: string;
  /** True for names that carry a hash of their content. */
  immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Reads a file of the built window by the path of a request's URL. A path without an extension is one of the window's
 * own addresses and gives `index.html`. Null for what is not there, of no known type, or outside `root` (by `..` in any
 * encoding, or through a symbolic link).
 */
export async function readServedFile(root: string, urlPath: string): Promise<ServedFile | null> {
  const path = decodePath(urlPath);
  if (path === null) return null;
  const name = extname(path) === '' ? '/index.html' : path;
  const type = types[extname(name)];
  if (type === undefined) return null;
  try {
    const file = await realpath(join(root, name));
    if (!file.startsWith((await realpath(root)) + sep)) return null;
    return { body: await readFile(file), type, immutable: name.startsWith('/assets/') };
  } catch {
    return null;
  }
}

function decodePath(urlPath: string): string | null {
  try {
    const path = decodeURIComponent(urlPath);
    const segments = path.split('/');
    const escapes = segments.includes('..') || path.includes('\\') || path.includes('\0');
    return path.startsWith('/') && !escapes ? path : null;
  } catch {
    return null;
  }
}
