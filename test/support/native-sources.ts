import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from './project.ts';

const folder = join(projectRoot, 'core', 'backends', 'native', 'src');

/** Every translation unit of the native backend: its path below the sources, and in full. */
export function nativeSources(): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.cpp'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [relative(folder, file), file]);
}
