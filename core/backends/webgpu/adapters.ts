import { fileURLToPath } from 'node:url';
import { askChild, type Reply } from './child.ts';
import { type Absence, whyNoGpu } from './remedies.ts';
import type { AdapterFacts, AdapterNames, ListedAdapter } from './survey.ts';

/** How Dawn is made to take one adapter and no other; crosses process boundaries as JSON. */
export interface AdapterChoice {
  /** `gpu:0` */
  readonly id: string;
  readonly name: string;
  /** `vulkan`, `metal`, `d3d12` */
  readonly backend: string;
  /** Computed on the processor: right, but slower than the CPU's own backend. */
  readonly software: boolean;
  /** For Dawn's `create`. */
  readonly options: readonly string[];
  /** For `requestAdapter`. */
  readonly powerPreference: GPUPowerPreference;
}

/** An adapter of this machine; `absence` says why it cannot be used. */
export interface Adapter extends AdapterChoice {
  readonly facts: AdapterFacts | null;
  readonly absence: Absence | null;
}

/** Every adapter there is, real ones that work first, the best of them in front. */
export interface Survey {
  readonly adapters: readonly Adapter[];
  /** Where no real one is among them: why, and what would help. */
  readonly absence: Absence | null;
}

export interface SurveyOptions {
  /** Script of the child processes. */
  readonly script?: string;
  /** Of each of them; the whole takes twice as long at most. */
  readonly timeoutMs?: number;
}

const ownScript = fileURLToPath(new URL('./survey.ts', import.meta.url));
/** A driver that starts cold on a busy machine needs a few seconds. */
const patienceMs = 20_000;
/** Long enough to ask once for a burst of questions, short enough to notice a driver that was installed. */
const freshMs = 60_000;
/** For whoever asks over and over: to ask the drivers costs a process for each. */
export const longFreshMs = 600_000;
const restart = 'Restart the machine, or install the newest driver.';
/** Renderers that compute on the processor, whatever they call themselves otherwise. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|basic render/i;

let latest: { readonly time: number; readonly survey: Promise<Survey> } | null = null;
let known: Survey | null = null;

/** As `surveyAdapters`, unless what was found is no older than this yet. */
export function knownAdapters(maxAgeMs = freshMs): Promise<Survey> {
  const now = performance.now();
  if (latest === null || now - latest.time > maxAgeMs) latest = { time: now, survey: surveyAdapters() };
  void latest.survey.then((survey) => {
    known = survey;
  });
  return latest.survey;
}

/** What is known without waiting: nothing before the first survey has ended. */
export function adaptersSoFar(): Survey | null {
  return known;
}

/**
 * Asks every driver of the machine what there is, in processes of their own: one for the names, one for each adapter.
 * Whatever a driver does, this resolves.
 */
export async function surveyAdapters(options: SurveyOptions = {}): Promise<Survey> {
  const { script = ownScript, timeoutMs = patienceMs } = options;
  const reply = await askChild(script, [], timeoutMs);
  if (reply.kind !== 'answer') return { adapters: [], absence: faultOf(reply) };
  const names = reply.value as AdapterNames;
  const listed = names['high-performance'];
  const adapters = await Promise.all(
    listed.map((entry, place) => describe(entry, addressOf(listed, place, names), script, timeoutMs)),
  );
  const real = adapters.some(({ software }) => !software);
  return { adapters: numbered(adapters), absence: real ? null : whyNoGpu(reply.errors) };
}

/**
 * The order in which Dawn, told this adapter's name, comes to it first; it takes the first whose name contains what it is
 * told. Undefined where another one is always in the way.
 */
function addressOf(
  listed: readonly ListedAdapter[],
  place: number,
  names: AdapterNames,
): GPUPowerPreference | undefined {
  const { name } = listed[place] as ListedAdapter;
  if (listed.findIndex((other) => other.name === name) < place) return undefined;
  const orders = ['high-performance', 'low-power'] as const;
  return orders.find((order) => names[order].find((other) => other.name.includes(name))?.name === name);
}

type Unnumbered = Omit<Adapter, 'id'>;

async function describe(
  { name, backend }: ListedAdapter,
  powerPreference: GPUPowerPreference | undefined,
  script: string,
  timeoutMs: number,
): Promise<Unnumbered> {
  const software = softwareNames.test(name);
  const options = [`adapter=${name}`];
  const known = { name, backend, options };
  if (powerPreference === undefined) {
    return { ...known, software, powerPreference: 'high-performance', facts: null, absence: hidden(name) };
  }
  const reply = await askChild(script, [name, powerPreference], timeoutMs);
  if (reply.kind !== 'answer') {
    return { ...known, software, powerPreference, facts: null, absence: faultOf(reply) };
  }
  const facts = reply.value as AdapterFacts;
  return { ...known, software: software || facts.software, powerPreference, facts, absence: null };
}

/** Real ones that work, then software, then what cannot be used; each in the drivers' order, the fast ones first. */
function numbered(adapters: readonly Unnumbered[]): Adapter[] {
  const rank = ({ absence, software }: Unnumbered) => (absence ? 2 : software ? 1 : 0);
  return [...adapters]
    .sort((a, b) => rank(a) - rank(b))
    .map((adapter, place) => ({ id: `gpu:${place}`, ...adapter }));
}

function hidden(name: string): Absence {
  return {
    reason: `Another GPU’s name contains “${name}” too, and GPUs can only be told apart by name.`,
    help: 'Use the other one.',
  };
}

function faultOf(reply: Exclude<Reply, { kind: 'answer' }>): Absence {
  if (reply.kind === 'silent') return { reason: 'The driver did not answer in time.', help: restart };
  const said = reply.errors
    .trim()
    .split('\n')
    .find((line) => /error|fail|cannot/i.test(line));
  const reason = `The process that looked at the driver ${reply.end}${said ? ` (${said.trim()})` : ''}.`;
  return { reason, help: restart };
}
