import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Images of one colour each, of varied size, in one folder for each class; red is class `red`. Returns the folder. */
export async function writeImageFolder(folder: string, perClass = 5): Promise<string> {
  const colours = { red: { r: 220, g: 30, b: 30 }, blue: { r: 30, g: 30, b: 220 } };
  for (const [name, background] of Object.entries(colours)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const create = { width: 40 + i, height: 30 + 2 * i, channels: 3 as const, background };
      writeFileSync(join(folder, name, `${i}.png`), await sharp({ create }).png().toBuffer());
    }
  }
  return folder;
}
