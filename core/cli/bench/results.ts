import type { Backend } from '../../backends/backend.ts';
import { stepFlops } from './flops.ts';
import { type Contestant, contestant, type Mode, prepare, type Setting } from './measure.ts';
import type { PeerPlace, PyTorch } from './peer.ts';

/** Rounds of each side; odd, so that one of them is the median. */
const rounds = 5;
/** Of a peer on the CPU. */
const peerThreads = [1, 2];

export interface Result {
  readonly net: string;
  readonly activation: string;
  readonly mode: Mode;
  /** Set where training samples are distorted first. */
  readonly augment?: boolean;
  readonly backend: string;
  /** What computed. */
  readonly device: string;
  /** Of a GPU: name and version of its driver. */
  readonly driver?: string;
  readonly batch: number;
  /** 0 where the device has none. */
  readonly threads: number;
  /** Median over the rounds. */
  readonly imagesPerSecond: number;
  /** Of convolutions and dense layers. */
  readonly gflops: number;
  /** Of what the same threads reach in a matrix product, or the GPU in 32-bit multiply-adds. */
  readonly share?: number;
  /** The peer's median images per second; on the CPU with one or two threads, whichever is faster. */
  readonly peer?: number;
  /** What the peer is, and where it computed. */
  readonly peerName?: string;
  /** Of the medians. */
  readonly ratio?: number;
}

/** How long rounds last, and what speeds are held against. */
export interface Course {
  readonly seconds: number;
  readonly peer: { readonly pytorch: PyTorch; readonly place: PeerPlace } | null;
  /** Floating-point operations per second of so many threads at their best. */
  peak(threads: number): Promise<number | undefined>;
}

/** Rounds of ours and of the peer in turn, so that a machine that slows down slows both. */
export async function measureSetting(backend: Backend, setting: Setting, course: Course): Promise<Result> {
  const { net, mode, batch, threads, augment } = setting;
  const { seconds, peer } = course;
  const prepared = await prepare(backend, setting);
  const ours = contestant(prepared, setting);
  const counts = peer?.place.device === 'cuda' ? [1] : peerThreads;
  const theirs = peer ? counts.map((count) => peer.pytorch.contestant(setting, count)) : [];
  const speeds = await alternate([ours, ...theirs], seconds / rounds);
  ours.end();
  const [imagesPerSecond = 0, ...peerSpeeds] = speeds.map(median);
  const flops = stepFlops(prepared.plan, mode) * imagesPerSecond;
  const peak = await course.peak(threads);
  const best = Math.max(...peerSpeeds);
  const { driver } = backend.device.details;
  return {
    net: net.name,
    activation: net.activation,
    mode,
    ...(augment && { augment }),
    backend: backend.kind,
    device: backend.device.name,
    ...(driver !== undefined && { driver }),
    batch,
    threads,
    imagesPerSecond,
    gflops: flops / 1e9,
    ...(peak !== undefined && { share: flops / peak }),
    ...(peer && { peer: best, peerName: peer.place.name, ratio: imagesPerSecond / best }),
  };
}

/** Images per second of each contestant in each round. */
async function alternate(contestants: readonly Contestant[], seconds: number): Promise<number[][]> {
  const speeds: number[][] = contestants.map(() => []);
  // One step of each first: nobody's start, such as importing PyTorch, falls into another's round.
  for (const contestant of contestants) await contestant.round(0);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) speeds[i]?.push(await contestant.round(seconds));
  }
  return speeds;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
