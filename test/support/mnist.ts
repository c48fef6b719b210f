import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

/** The first eight images of each of MNIST's splits, in the true format; labels 5 0 4 1 9 2 1 3 and 7 2 1 0 4 1 4 9. */
export const eightDigits = join(projectRoot, 'test', 'support', 'datasets', 'mnist');

/** Puts the eight digits where the user's own copy of MNIST goes. Returns that folder. */
export function installEightDigits(home: string): string {
  const folder = join(home, 'datasets', 'mnist');
  cpSync(eightDigits, folder, { recursive: true });
  return folder;
}
