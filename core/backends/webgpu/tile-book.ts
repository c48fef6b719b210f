import type { Gpu } from './device.ts';
import type { Extents } from './kernels/gemm.ts';
import { byPromise } from './kernels/tile-choice.ts';
import {
  invocations,
  poolsWindows,
  smallTiles,
  type Tile,
  tileBytes,
  tileName,
  tiles,
  windowTiles,
} from './kernels/tiles.ts';
import type { TileMemory } from './tile-memory.ts';

/** A matrix product of a plan, whichever layer it belongs to. */
export interface Product {
  readonly kernel: string;
  readonly extents: Extents;
}

export interface TileBookOptions {
  /** What was measured before, and where to keep what will be. */
  readonly memory?: TileMemory | null;
  /** Milliseconds that a program may take for measuring; none unless told. */
  readonly patience?: number;
  /** In the place of those that suit the device. */
  readonly shapes?: readonly Tile[];
}

/** Tiles that are measured for a product. */
const candidates = 5;

/** Which tile every matrix product is computed with on one device: the fastest where that was measured, else by a rule. */
export class TileBook {
  /** Milliseconds after which `measure-tiles.ts` leaves what is left for another time; 0 where nothing is measured. */
  readonly patience: number;
  readonly #tiles: readonly Tile[];
  readonly #windowTiles: readonly Tile[];
  readonly #memory: TileMemory | null;
  readonly #known: Map<string, string>;

  constructor(gpu: Gpu, { memory = null, patience = 0, shapes }: TileBookOptions = {}) {
    this.patience = patience;
    // Software takes long to compile the large ones, and gains nothing by them.
    const usual = [...(gpu.info.isFallbackAdapter ? smallTiles : tiles), ...windowTiles];
    const within = tilesWithin(gpu, shapes ?? usual);
    this.#tiles = within.filter((tile) => !poolsWindows(tile));
    this.#windowTiles = within.filter(poolsWindows);
    this.#memory = memory;
    this.#known = new Map(memory?.read());
  }

  choose({ kernel, extents }: Product): Tile {
    const [best] = this.candidates(extents);
    const name = this.#known.get(keyOf({ kernel, extents }));
    return this.#for(extents).find((tile) => tileName(tile) === name) ?? (best as Tile);
  }

  /** The few that promise most, the best first. */
  candidates(extents: Extents): Tile[] {
    return byPromise(extents, this.#for(extents)).slice(0, candidates);
  }

  /** Whether products that pool their windows fit into the device's workgroup memory. */
  get poolsWindows(): boolean {
    return this.#windowTiles.length > 0;
  }

  isKnown(product: Product): boolean {
    return this.#known.has(keyOf(product));
  }

  note(product: Product, fastest: Tile): void {
    this.#known.set(keyOf(product), tileName(fastest));
  }

  /** Keeps what was noted for programs to come. */
  keep(): void {
    this.#memory?.write(this.#known);
  }

  #for({ window }: Extents): readonly Tile[] {
    return window === 1 ? this.#tiles : this.#windowTiles;
  }
}

function tilesWithin({ limits }: Gpu, some: readonly Tile[]): Tile[] {
  return some.filter(
    (tile) =>
      tileBytes(tile) <= limits.maxComputeWorkgroupStorageSize &&
      invocations(tile) <= limits.maxComputeInvocationsPerWorkgroup,
  );
}

/** Products of the same kernel and extents are one, whichever layer or network they belong to. */
const keyOf = ({ kernel, extents: { rows, columns, depth, groups, parts, window } }: Product): string =>
  `${kernel} ${rows}x${columns}x${depth}, groups ${groups}, parts ${parts}, window ${window}`;
