import { ConvolabError } from '../contract/errors.ts';
import type { Adapter, AdapterChoice, Survey } from './webgpu/adapters.ts';

/** What `backend:` takes, besides `gpu:<n>`. */
const choices = ['auto', 'cpu', 'gpu', 'reference'] as const;
const useCpu = 'Or use "cpu", which trains on every core of this machine, or "auto".';

/** A device that a choice came to, to be opened by whichever process computes; crosses process boundaries as JSON. */
export interface ChosenDevice {
  /** `cpu`, `gpu:0`, `reference` */
  readonly id: string;
  /** For a GPU. */
  readonly adapter: AdapterChoice | null;
  /** What whoever chose should know. */
  readonly warning: string | null;
}

/** True where what a choice comes to depends on the GPUs there are. */
export function asksForGpu(choice: string): boolean {
  return choice === 'auto' || choice.startsWith('gpu');
}

/**
 * The devices that a choice may come to, the best first: any of them will do.
 * @param choice `auto` (real GPUs, else the CPU, never a software GPU), `cpu`, `gpu` (real GPUs, else a software one with a
 *   warning), `gpu:<n>` or `reference`
 * @throws `device.unavailable` saying why and what helps
 */
export function devicesFor(choice: string, survey: Survey): readonly ChosenDevice[] {
  if (choice === 'cpu' || choice === 'reference') return [plain(choice)];
  const usable = survey.adapters.filter(({ absence }) => absence === null);
  const real = usable.filter(({ software }) => !software);
  if (choice === 'auto')
    return real.length > 0 ? real.map((adapter) => chosen(adapter, survey)) : [plain('cpu')];
  if (choice === 'gpu') {
    const best = real.length > 0 ? real : usable.slice(0, 1);
    if (best.length === 0) throw noGpu(choice, survey);
    return best.map((adapter) => chosen(adapter, survey));
  }
  if (/^gpu:\d+$/.test(choice)) return [chosen(numberedGpu(choice, survey), survey)];
  throw new ConvolabError('device.unavailable', `There is no device called "${choice}".`, {
    subject: choice,
    hint: `Choose one of ${choices.join(', ')} or gpu:<n>.`,
  });
}

/** The share of which device a chosen one is leased as: the reference computes on the CPU too. */
export function leasedDevice({ id }: ChosenDevice): string {
  return id === 'reference' ? 'cpu' : id;
}

function plain(id: 'cpu' | 'reference'): ChosenDevice {
  return { id, adapter: null, warning: null };
}

function chosen({ facts: _facts, absence: _absence, ...adapter }: Adapter, survey: Survey): ChosenDevice {
  return { id: adapter.id, adapter, warning: adapter.software ? softwareWarning(adapter, survey) : null };
}

function softwareWarning({ id, name }: AdapterChoice, { absence }: Survey): string {
  const slow = `${id} (${name}) is no graphics card but software on the processor: its results are right, but "cpu" trains many times faster.`;
  return absence ? `${slow} ${absence.reason} ${absence.help}` : slow;
}

function numberedGpu(choice: string, survey: Survey): Adapter {
  const adapter = survey.adapters.find(({ id }) => id === choice);
  if (adapter?.absence === null) return adapter;
  if (adapter) {
    const { reason, help } = adapter.absence;
    throw new ConvolabError('device.unavailable', `Cannot use "${choice}" (${adapter.name}). ${reason}`, {
      subject: choice,
      hint: `${help} ${useCpu}`,
    });
  }
  if (survey.adapters.length === 0) throw noGpu(choice, survey);
  const known = survey.adapters.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new ConvolabError('device.unavailable', `There is no "${choice}" on this machine.`, {
    subject: choice,
    hint: `There is ${known}. ${useCpu}`,
  });
}

function noGpu(choice: string, { adapters, absence }: Survey): ConvolabError {
  const { reason, help } = absence ?? adapters[0]?.absence ?? { reason: 'No GPU can be used.', help: '' };
  return new ConvolabError('device.unavailable', `Cannot use "${choice}". ${reason}`, {
    subject: choice,
    hint: `${help} ${useCpu}`.trim(),
  });
}
