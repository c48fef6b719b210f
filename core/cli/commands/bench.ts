import { availableParallelism } from 'node:os';
import type { Backend } from '../../backends/backend.ts';
import type { ChosenDevice } from '../../backends/choice.ts';
import { chooseDevices } from '../../backends/index.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { suggestion } from '../../contract/nearest.ts';
import { prepare, type Setting } from '../bench/measure.ts';
import { type BenchNet, benchNets } from '../bench/nets.ts';
import { PyTorch } from '../bench/peer.ts';
import { type Cost, type NetProfile, profile } from '../bench/profile.ts';
import { type Course, measureSetting, type Result } from '../bench/results.ts';
import { showAgreement } from '../bench/show-agreement.ts';
import { showSnapshotCost } from '../bench/snapshots.ts';
import type { Command } from '../command.ts';
import { percent, whole } from '../format.ts';
import { openChosenDevice } from '../open-device.ts';
import type { Output } from '../output.ts';

/** Seconds for all our own rounds together, so that a default run ends within a minute on a slow machine too. */
const budgetSeconds = 35;
const longestSetting = 2;
const kinds: readonly Pick<Setting, 'mode' | 'augment'>[] = [{ mode: 'train' }, { mode: 'eval' }];
const augmented = { mode: 'train', augment: true } as const;

export const bench: Command = {
  usage: 'bench',
  summary: 'Measure training and evaluation speed, gathering and normalising included.',
  positionals: [0, 0],
  flags: {
    nets: {
      value: '<a,b>',
      help: `Of ${netNames().join(', ')}; by default all up to alexnet-conv, on a software GPU the first alone; the others by name.`,
    },
    batch: { value: '<n>', help: 'Images per batch; by default 64, of alexnet-conv 128.' },
    threads: {
      value: '<n>',
      help: 'Threads of the CPU; by default every core. Several, as 1,2, are measured in turn.',
    },
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    peer: {
      value: 'pytorch',
      help: 'Alternate with PyTorch (beside a GPU through CUDA, else the best of one and two threads), and tell the ratio of the medians.',
    },
    agree: {
      value: '<b>',
      help: 'Measure no speed, but train LeNet-5 for two epochs on the CPU and on this device from the same seed, and tell how far they come apart. Minutes on a software GPU.',
    },
    samples: { value: '<n>', help: 'Training samples of an epoch of --agree; by default all.' },
    decode: { help: 'Measure how fast JPEGs are decoded and resized instead.' },
    cold: {
      help: 'Measure instead how long a run on MNIST takes from the start of its process to its first batch.',
    },
    snapshots: {
      help: 'Measure instead how much the usual snapshots slow down LeNet-5 on MNIST, epochs with and without them in turn.',
    },
    augment: { help: 'Measure training also with every sample shifted, turned, scaled, slanted and bent.' },
    profile: { help: 'Tell where the time of a training step goes, layer by layer, forward and backward.' },
  },
  async run({ arguments: given, output, home }) {
    if (given.on('decode')) {
      const { showDecoding } = await import('../bench/decode.ts');
      return showDecoding(output, given.count('threads') ?? availableParallelism());
    }
    if (given.on('cold')) {
      const [device] = await chooseDevices(given.text('backend') ?? 'cpu');
      const threads = given.count('threads') ?? availableParallelism();
      const { showColdStart } = await import('../bench/cold.ts');
      return showColdStart(output, { home, device: device as ChosenDevice, threads });
    }
    const compared = given.text('agree');
    if (compared !== undefined) {
      const other = await openChosenDevice(compared, output, home);
      return showAgreement(output, { home, samples: given.count('samples') ?? null, other });
    }
    const named = namedNets(given.text('nets'));
    const batch = given.count('batch');
    const asked = given.counts('threads');
    const backend = await openChosenDevice(given.text('backend') ?? 'auto', output, home);
    const threads = threadsOf(backend, asked, output);
    if (given.on('snapshots')) {
      try {
        return await showSnapshotCost(output, { home, backend, threads: threads[0] ?? 1 });
      } finally {
        backend.close?.();
      }
    }
    const nets = named ?? usualNets(backend, output);
    const pytorch = openPeer(given.text('peer'));
    try {
      if (given.on('profile')) return await showProfiles(output, backend, nets, batch, threads);
      const settings = nets.flatMap((net) =>
        (given.on('augment') ? [...kinds, augmented] : kinds).flatMap((kind) =>
          threads.map((count): Setting => ({ net, ...kind, batch: batch ?? net.batch, threads: count })),
        ),
      );
      const seconds = Math.min(longestSetting, budgetSeconds / settings.length);
      const place = await pytorch?.settle(backend.kind === 'webgpu');
      const peer = pytorch && place ? { pytorch, place } : null;
      await showSpeeds(output, backend, settings, { seconds, peer, peak: peaksOf(backend) });
    } finally {
      pytorch?.end();
      backend.close?.();
    }
    return 0;
  },
};

/** Numbers of threads to measure with: none but the CPU's own backend has any. */
function threadsOf({ kind, device }: Backend, asked: number[] | undefined, output: Output): number[] {
  if (kind === 'native') return asked ?? [availableParallelism()];
  if (asked) output.warning(`${device.name} does not compute in threads, so --threads changes nothing.`);
  return [0];
}

/** Measured when first asked for, for each number of threads. */
function peaksOf(backend: Backend): Course['peak'] {
  const peaks = new Map<number, Promise<number> | undefined>();
  return async (threads) => {
    if (!peaks.has(threads)) peaks.set(threads, backend.measurePeak?.(threads));
    return peaks.get(threads);
  };
}

async function showSpeeds(
  output: Output,
  backend: Backend,
  settings: readonly Setting[],
  course: Course,
): Promise<void> {
  const results: Result[] = [];
  for (const setting of settings) {
    const result = await measureSetting(backend, setting, course);
    results.push(result);
    output.object({ event: 'result', ...result });
    output.text(describe(result));
  }
  showTotals(output, backend, results);
}

function netNames(): string[] {
  return [...new Set(benchNets.map(({ name }) => name))];
}

/** A software GPU takes minutes for a step of the larger ones. */
function usualNets({ device }: Backend, output: Output): readonly BenchNet[] {
  const usual = benchNets.filter(({ onRequest }) => !onRequest);
  const [first] = usual;
  if (device.details.kind !== 'software' || first === undefined) return usual;
  output.warning(`On a software GPU ${first.name} alone is measured; name other networks with --nets.`);
  return usual.filter(({ name }) => name === first.name);
}

function namedNets(list: string | undefined): readonly BenchNet[] | null {
  if (list === undefined) return null;
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

function describe({
  net,
  activation,
  mode,
  augment,
  threads,
  imagesPerSecond,
  gflops,
  share,
  peer,
  ratio,
}: Result): string {
  const name = `${net} (${activation})`.padEnd(22);
  const speed = `${whole(imagesPerSecond).padStart(9)} images/s`;
  const arithmetic = `${gflops.toFixed(1).padStart(6)} GFLOP/s${share === undefined ? '' : ` ${percent(share)} of peak`}`;
  const against =
    peer === undefined ? '' : `  PyTorch ${whole(peer).padStart(9)}  ratio ${ratio?.toFixed(2)}`;
  const way = [
    augment ? 'train, augmented' : mode.padEnd(5),
    ...(threads > 0 ? [`${threads} thr`] : []),
  ].join(' ');
  return `${name} ${way} ${speed} ${arithmetic}${against}`;
}

function showTotals(output: Output, { device }: Backend, results: readonly Result[]): void {
  output.object({ results, device });
  const ratios = results.map(({ ratio }) => ratio).filter((ratio) => ratio !== undefined);
  if (ratios.length === 0) return;
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  output.text(`Geometric mean of the ratios: ${mean.toFixed(2)}`);
}

async function showProfiles(
  output: Output,
  backend: Backend,
  nets: readonly BenchNet[],
  chosenBatch: number | undefined,
  threads: readonly number[],
): Promise<number> {
  const seconds = Math.min(longestSetting, budgetSeconds / nets.length / threads.length);
  const profiles = [];
  for (const net of nets) {
    const batch = chosenBatch ?? net.batch;
    for (const count of threads) {
      const prepared = await prepare(backend, { net, mode: 'train', batch, threads: count }, true);
      if (!prepared.program.takeProfile) throw withoutProfile(backend);
      const result = await profile(prepared, batch, seconds);
      prepared.program.dispose();
      const { name, activation } = net;
      profiles.push({ net: name, activation, backend: backend.kind, batch, threads: count, ...result });
      output.text(
        `${name} (${activation}), ${count} threads, milliseconds of all threads per step of ${batch}:`,
      );
      showProfile(output, result);
    }
  }
  output.object({ profiles });
  return 0;
}

function withoutProfile(backend: Backend): ConvolabError {
  return new ConvolabError(
    'argument.invalid',
    `The backend ${backend.kind} cannot tell where its time goes.`,
    {
      subject: '--profile',
      hint: 'Choose --backend cpu.',
    },
  );
}

function showProfile(output: Output, { layers, rest, milliseconds }: NetProfile): void {
  const nothing: Cost = { milliseconds: 0, gflops: null };
  const rows = [
    ...layers,
    ...Object.entries(rest).map(([layer, time]) => ({
      layer,
      forward: { milliseconds: time, gflops: null },
      backward: nothing,
    })),
  ];
  const time = ({ milliseconds: value }: Cost) => (value === 0 ? '' : value.toFixed(3));
  const speed = ({ gflops }: Cost) => (gflops === null ? '' : gflops.toFixed(0));
  const share = (row: (typeof rows)[number]) =>
    percent((row.forward.milliseconds + row.backward.milliseconds) / milliseconds);
  output.table(
    [
      { heading: 'layer', value: ({ layer }) => layer },
      { heading: 'forward ms', right: true, value: ({ forward }) => time(forward) },
      { heading: 'GFLOP/s', right: true, value: ({ forward }) => speed(forward) },
      { heading: 'backward ms', right: true, value: ({ backward }) => time(backward) },
      { heading: 'GFLOP/s', right: true, value: ({ backward }) => speed(backward) },
      { heading: 'share', right: true, value: share },
    ],
    rows,
  );
  output.text(`In all ${milliseconds.toFixed(3)} ms.`);
  output.text();
}
