import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Raised when kernels change so much that what was measured before says nothing any more. */
const generation = 1;

const contents = z.object({
  generation: z.literal(generation),
  adapter: z.string(),
  tiles: z.record(z.string(), z.string()),
});

/**
 * Which tile was the fastest for which product, in one file for each adapter and driver under `<home>/gpu`. It only ever
 * spares measuring again: a file that cannot be read, or written, is as good as none.
 */
export class TileMemory {
  readonly file: string;
  readonly #adapter: string;

  /** @param home the data folder */
  constructor(home: string, { vendor, architecture, device, description }: GPUAdapterInfo) {
    this.#adapter = [vendor, architecture, device, description].join(', ');
    const key = createHash('sha256').update(this.#adapter).digest('hex').slice(0, 16);
    this.file = join(home, 'gpu', `tiles-${key}.json`);
  }

  read(): Map<string, string> {
    try {
      const { adapter, tiles } = contents.parse(JSON.parse(readFileSync(this.file, 'utf8')));
      return new Map(adapter === this.#adapter ? Object.entries(tiles) : []);
    } catch {
      return new Map();
    }
  }

  /** Adds to what is there, which another process may have written meanwhile. */
  write(tiles: ReadonlyMap<string, string>): void {
    const all = Object.fromEntries([...this.read(), ...tiles]);
    const text = JSON.stringify({ generation, adapter: this.#adapter, tiles: all }, null, 1);
    const part = `${this.file}.${process.pid}.part`;
    try {
      mkdirSync(join(this.file, '..'), { recursive: true });
      writeFileSync(part, text);
      renameSync(part, this.file);
    } catch {
      // A full or read-only disk costs a measurement the next time.
    }
  }
}
