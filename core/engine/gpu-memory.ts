import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Memory of all GPUs that can be asked. */
export interface GpuMemoryReading {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** Milliseconds between two readings: each may start a process. */
const readEvery = 5000;
const patienceMs = 3000;
const mebibyte = 2 ** 20;

/**
 * How full the GPUs' memory is, as far as their drivers tell without being loaded into this process: through the kernel's files
 * (amdgpu), or NVIDIA's own command. Whatever else there is cannot be read.
 */
export class GpuMemory {
  readonly #drm: string;
  readonly #command: string;
  #latest: GpuMemoryReading | null = null;
  #readAt = Number.NEGATIVE_INFINITY;
  /** The command is not there, and need not be looked for again. */
  #without = false;

  /** Other places than the system's, for tests. */
  constructor(drm = '/sys/class/drm', command = 'nvidia-smi') {
    this.#drm = drm;
    this.#command = command;
  }

  /** The last reading, null where there is none; a new one is begun where it is old. */
  read(): GpuMemoryReading | null {
    const now = performance.now();
    if (now - this.#readAt >= readEvery) {
      this.#readAt = now;
      void this.refresh();
    }
    return this.#latest;
  }

  /** Resolves once a new reading was taken, or could not be. */
  async refresh(): Promise<void> {
    const files = readDrm(this.#drm);
    const asked = this.#without ? [] : await this.#ask();
    const cards = [...files, ...asked];
    this.#latest =
      cards.length === 0
        ? null
        : {
            usedBytes: cards.reduce((sum, card) => sum + card.usedBytes, 0),
            totalBytes: cards.reduce((sum, card) => sum + card.totalBytes, 0),
          };
  }

  #ask(): Promise<GpuMemoryReading[]> {
    const query = ['--query-gpu=memory.used,memory.total', '--format=csv,noheader,nounits'];
    return new Promise((resolve) => {
      execFile(this.#command, query, { timeout: patienceMs, windowsHide: true }, (error, output) => {
        if (error !== null && error.code === 'ENOENT') this.#without = true;
        resolve(error === null ? parseSmi(output) : []);
      });
    });
  }
}

/** One line per card, `1234, 81559` in MiB; what says otherwise (`[N/A]`) is left out. */
export function parseSmi(output: string): GpuMemoryReading[] {
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(line);
    return match ? [{ usedBytes: Number(match[1]) * mebibyte, totalBytes: Number(match[2]) * mebibyte }] : [];
  });
}

function readDrm(folder: string): GpuMemoryReading[] {
  try {
    const cards = readdirSync(folder).filter((name) => /^card\d+$/.test(name));
    return cards.flatMap((card) => {
      const used = readNumber(join(folder, card, 'device', 'mem_info_vram_used'));
      const total = readNumber(join(folder, card, 'device', 'mem_info_vram_total'));
      return used === null || total === null ? [] : [{ usedBytes: used, totalBytes: total }];
    });
  } catch {
    // Not Linux, or a kernel without graphics.
    return [];
  }
}

function readNumber(path: string): number | null {
  try {
    const number = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(number) ? number : null;
  } catch {
    return null;
  }
}
