import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GpuMemory, parseSmi } from '../../../core/engine/gpu-memory.ts';
import { temporaryFolder } from '../../support/project.ts';

test('reads a line per NVIDIA card, and leaves out what a card does not tell', () => {
  expect(parseSmi('1024, 81559\n[N/A], [N/A]\n 0, 16384 \n')).toEqual([
    { usedBytes: 2 ** 30, totalBytes: 81_559 * 2 ** 20 },
    { usedBytes: 0, totalBytes: 2 ** 34 },
  ]);
});

test('adds up what the kernel tells of every card', async () => {
  using folder = temporaryFolder();
  for (const [card, used] of ['card0', 'card1', 'card1-HDMI'].entries()) {
    const device = join(folder.path, used, 'device');
    mkdirSync(device, { recursive: true });
    writeFileSync(join(device, 'mem_info_vram_used'), `${1000 * (card + 1)}\n`);
    writeFileSync(join(device, 'mem_info_vram_total'), '8000\n');
  }
  const memory = new GpuMemory(folder.path, join(folder.path, 'no-such-command'));
  await memory.refresh();
  expect(memory.read()).toEqual({ usedBytes: 3000, totalBytes: 16_000 });
});

test.skipIf(process.platform === 'win32')('asks the command, and says nothing where it fails', async () => {
  using folder = temporaryFolder();
  const command = join(folder.path, 'smi');
  const write = (body: string) => {
    writeFileSync(command, `#!/bin/sh\n${body}\n`);
    chmodSync(command, 0o755);
  };
  const memory = new GpuMemory(join(folder.path, 'none'), command);
  write('echo "512, 1024"');
  await memory.refresh();
  expect(memory.read()).toEqual({ usedBytes: 2 ** 29, totalBytes: 2 ** 30 });
  write('exit 9');
  await memory.refresh();
  expect(memory.read()).toBeNull();
});
