import { availableParallelism } from 'node:os';
import type { Backend } from '../../backends/backend.ts';
import { openBackend } from '../../backends/index.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { suggestion } from '../../contract/nearest.ts';
import { type Contestant, type Mode, openContestant, type Setting } from '../bench/measure.ts';
import { type BenchNet, benchNets } from '../bench/nets.ts';
import { PyTorch } from '../bench/peer.ts';
import type { Command } from '../command.ts';
import { whole } from '../format.ts';
import type { Output } from '../output.ts';

/** Seconds for all rounds of our own, so that a default run ends within a minute on a slow machine too. */
const budgetSeconds = 40;
const longestRound = 1;
const rounds = 2;
const modes: readonly Mode[] = ['train', 'eval'];

interface Result {
  readonly net: string;
  readonly activation: string;
  readonly mode: Mode;
  readonly backend: string;
  readonly batch: number;
  readonly threads: number;
  readonly imagesPerSecond: number;
  /** The peer's images per second, best of one and two threads. */
  readonly peer?: number;
  readonly ratio?: number;
}

export const bench: Command = {
  usage: 'bench',
  summary: 'Measure training and evaluation speed, gathering and normalising included.',
  positionals: [0, 0],
  flags: {
    nets: { value: '<a,b>', help: `Of ${netNames().join(', ')}; all by default.` },
    batch: { value: '<n>', help: 'Images per batch; 64 by default.' },
    threads: { value: '<n>', help: 'Threads; by default every core.' },
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    peer: {
      value: 'pytorch',
      help: 'Alternate with PyTorch, best of one and two threads, and tell the ratio.',
    },
  },
  async run({ arguments: given, output }) {
    const nets = chooseNets(given.text('nets'));
    const batch = given.count('batch') ?? 64;
    const threads = given.count('threads') ?? availableParallelism();
    const backend = openBackend(given.text('backend') ?? 'auto');
    const peer = openPeer(given.text('peer'));
    const settings = nets.flatMap((net) => modes.map((mode): Setting => ({ net, mode, batch, threads })));
    const seconds = Math.min(longestRound, budgetSeconds / settings.length / rounds);
    const results: Result[] = [];
    try {
      for (const setting of settings) {
        const result = await measureOne(backend, peer, setting, seconds);
        results.push(result);
        output.object({ event: 'result', ...result });
        output.text(describe(result));
      }
    } finally {
      peer?.end();
    }
    showTotals(output, results);
    return 0;
  },
};

function netNames(): string[] {
  return [...new Set(benchNets.map(({ name }) => name))];
}

function chooseNets(list: string | undefined): readonly BenchNet[] {
  if (list === undefined) return benchNets;
  const names = list.split(',');
  for (const name of names) {
    if (netNames().includes(name)) continue;
    throw new ConvolabError(
      'argument.invalid',
      `There is no bench net "${name}"${suggestion(name, netNames())}.`,
      {
        subject: '--nets',
        hint: `Known are ${netNames().join(', ')}.`,
      },
    );
  }
  return benchNets.filter(({ name }) => names.includes(name));
}

function openPeer(name: string | undefined): PyTorch | null {
  if (name === undefined) return null;
  if (name === 'pytorch') return new PyTorch();
  throw new ConvolabError('argument.invalid', `There is no peer "${name}".`, {
    subject: '--peer',
    hint: 'The only one is pytorch.',
  });
}

/** Rounds of ours and the peer's in turn, so that a machine that slows down slows both; the best of each counts. */
async function measureOne(
  backend: Backend,
  peer: PyTorch | null,
  setting: Setting,
  seconds: number,
): Promise<Result> {
  const ours = await openContestant(backend, setting);
  const theirs = peer ? [peer.contestant(setting, 1), peer.contestant(setting, 2)] : [];
  let best = 0;
  let bestPeer = 0;
  for (let round = 0; round < rounds; round++) {
    best = Math.max(best, await ours.round(seconds));
    for (const contestant of theirs) bestPeer = Math.max(bestPeer, await contestant.round(seconds));
  }
  for (const contestant of [ours, ...theirs] satisfies Contestant[]) contestant.end();
  const { net, mode, batch, threads } = setting;
  return {
    net: net.name,
    activation: net.activation,
    mode,
    backend: backend.kind,
    batch,
    threads,
    imagesPerSecond: best,
    ...(peer && { peer: bestPeer, ratio: best / bestPeer }),
  };
}

function describe({ net, activation, mode, imagesPerSecond, peer, ratio }: Result): string {
  const name = `${net} (${activation})`.padEnd(22);
  const speed = `${whole(imagesPerSecond).padStart(9)} images/s`;
  const against =
    peer === undefined ? '' : `  PyTorch ${whole(peer).padStart(9)}  ratio ${ratio?.toFixed(2)}`;
  return `${name} ${mode.padEnd(5)} ${speed}${against}`;
}

function showTotals(output: Output, results: readonly Result[]): void {
  output.object({ results });
  const ratios = results.map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined);
  if (ratios.length === 0) return;
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  output.text(`Geometric mean of the ratios: ${mean.toFixed(2)}`);
}
