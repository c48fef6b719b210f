import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasDisplay } from '../../core/host/display.ts';
import { projectRoot } from './project.ts';

/** Electron's binary, or why its specs cannot run here. */
export function findElectron(): { path: string } | { reason: string } {
  const folder = join(projectRoot, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return { reason: "Electron's binary is not downloaded" };
  if (!hasDisplay()) return { reason: 'there is no display' };
  const path = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? { path } : { reason: "Electron's binary is not complete" };
}
