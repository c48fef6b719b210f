import { type Dispatch, packRecords, type StepContext } from './dispatch.ts';
import type { Tile } from './kernels/tiles.ts';
import { type LoweredPlan, type PlanProduct, wholeStep } from './lower.ts';
import type { ProgramMemory } from './memory.ts';
import type { TileBook } from './tile-book.ts';
import { timedPass } from './timing.ts';

/** Milliseconds that a measurement should last: long beside the cost of a submit. */
const enough = 3;
const attempts = 3;
const mostRepeats = 256;

/**
 * Times the tiles that promise most for every product of a plan that the book does not know, on the program's own
 * buffers, and notes the fastest. What a product comes to does not depend on it (`gemm.ts`).
 * @param count images of a batch
 */
export async function measureTiles(
  context: StepContext,
  memory: ProgramMemory,
  lowered: LoweredPlan,
  count: number,
  book: TileBook,
): Promise<void> {
  const moment = { seed: 0, step: 0 };
  context.gpu.write(context.records, 0, packRecords([{ index: 0, count, first: 0, rate: 0, moment }]));
  const deadline = performance.now() + book.patience;
  for (const { label, product } of wholeStep(lowered)) {
    if (product === null || book.isKnown(product)) continue;
    if (performance.now() > deadline) break;
    book.note(product, await fastest(context, memory, label, product, book.candidates(product.extents)));
  }
  book.keep();
}

async function fastest(
  context: StepContext,
  memory: ProgramMemory,
  label: string,
  product: PlanProduct,
  tiles: readonly Tile[],
): Promise<Tile> {
  const resolve = memory.resolve.bind(memory);
  const prepared = await Promise.all(
    tiles.map((tile) =>
      Promise.all(product.shadersWith(tile).map((shader) => context.prepare(label, shader, resolve))),
    ),
  );
  let best = { tile: tiles[0] as Tile, time: Number.POSITIVE_INFINITY };
  // The same for all tiles, so that what a submit itself costs does not count.
  let repeats = 0;
  for (const [i, tile] of tiles.entries()) {
    const dispatches = prepared[i] ?? [];
    const once = await milliseconds(context, dispatches, 1);
    repeats ||= Math.min(mostRepeats, Math.max(1, Math.ceil(enough / once)));
    for (let attempt = 0; attempt < attempts; attempt++) {
      const time = await milliseconds(context, dispatches, repeats);
      if (time < best.time) best = { tile, time };
    }
  }
  return best.tile;
}

function milliseconds(
  context: StepContext,
  dispatches: readonly Dispatch[],
  repeats: number,
): Promise<number> {
  return timedPass(context.gpu, 'measurement', (pass) => {
    for (let i = 0; i < repeats; i++) context.encode(pass, 0, dispatches);
  });
}
