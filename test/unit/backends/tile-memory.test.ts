import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TileMemory } from '../../../core/backends/webgpu/tile-memory.ts';
import { temporaryFolder } from '../../support/project.ts';

const adapter = { vendor: 'v', architecture: 'a', device: 'd', description: 'driver 1' } as GPUAdapterInfo;
const tiles = new Map([
  ['dense.forward 10x64x84', '16x64x16/4x4'],
  ['conv2d.forward 6x50176x25', '8x128x16/4x4'],
]);

describe('the memory of tiles', () => {
  test('holds what was written, adds to it, and leaves no other file behind', () => {
    using home = temporaryFolder();
    const memory = new TileMemory(home.path, adapter);
    expect(memory.read()).toEqual(new Map());
    memory.write(tiles);
    memory.write(new Map([['dense.forward 1x1x1', '32x32x16/4x4']]));
    expect(new TileMemory(home.path, adapter).read()).toEqual(
      new Map([...tiles, ['dense.forward 1x1x1', '32x32x16/4x4']]),
    );
    expect(readdirSync(dirname(memory.file))).toHaveLength(1);
  });

  test('is another one for another driver', () => {
    using home = temporaryFolder();
    new TileMemory(home.path, adapter).write(tiles);
    const updated = new TileMemory(home.path, { ...adapter, description: 'driver 2' } as GPUAdapterInfo);
    expect(updated.read()).toEqual(new Map());
    expect(updated.file).not.toBe(new TileMemory(home.path, adapter).file);
  });

  const damage: Record<string, (whole: string) => string> = {
    'cut off': (whole) => whole.slice(0, whole.length / 2),
    empty: () => '',
    'of another make': () => '{"generation": 1, "tiles": []}',
    'of an older generation': (whole) => whole.replace('"generation": 1', '"generation": 0'),
    'of another driver': (whole) => whole.replace('driver 1', 'driver 0'),
  };
  for (const [name, hurt] of Object.entries(damage)) {
    test(`is empty where its file is ${name}, and whole after the next write`, () => {
      using home = temporaryFolder();
      const memory = new TileMemory(home.path, adapter);
      memory.write(tiles);
      writeFileSync(memory.file, hurt(readFileSync(memory.file, 'utf8')));
      expect(memory.read()).toEqual(new Map());
      memory.write(tiles);
      expect(memory.read()).toEqual(tiles);
    });
  }

  test('is none, without an error, where nothing can be written', () => {
    using home = temporaryFolder();
    mkdirSync(join(home.path, 'folder'));
    writeFileSync(join(home.path, 'folder', 'gpu'), '');
    const memory = new TileMemory(join(home.path, 'folder'), adapter);
    memory.write(tiles);
    expect(memory.read()).toEqual(new Map());
  });
});
