import { spawnSync } from 'node:child_process';
import type {
  NativeFeed,
  NativeOptions,
  NativeProgram,
  NativeTap,
  NativeTarget,
  Storage,
} from '../../../core/backends/native/addon.ts';
import type { NativeCall, NativeOperand, NativePlan } from '../../../core/backends/native/lower.ts';
import type { KernelHost } from '../../../core/backends/native/single.ts';
import type { Moment } from '../../../core/kernels/kernel.ts';
import { WireReader, WireWriter } from './wire.ts';

/** Places in the enumerations of the C++ side. */
const roles: readonly (NativeOperand['role'] | 'none')[] = [
  'none',
  'value',
  'parameter',
  'gradient',
  'target',
  'losses',
];
const storages: readonly Storage[] = ['parameters', 'gradients', 'averages', 'state0', 'state1'];

/** A program that is run in one go once its action is known, and what came of it. */
interface Pending {
  readonly plan: NativePlan;
  readonly options: NativeOptions;
  readonly writes: { storage: Storage; parameter: number; values: Float32Array }[];
  results: Map<Storage, Float32Array[]>;
  intact: boolean;
}

/** The part of the addon that single kernels need, in a process of its own for each program, under an emulator. */
export class EmulatedAddon implements KernelHost {
  readonly #command: readonly string[];
  readonly #pending = new Map<NativeProgram, Pending>();

  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** Names of the kernels that the program knows. */
  kernels(): string[] {
    return this.#run(Buffer.alloc(0), ['--kernels'])
      .toString()
      .split('\n')
      .filter((line) => line !== '');
  }

  create(plan: NativePlan, options: NativeOptions): NativeProgram {
    const program = {} as NativeProgram;
    this.#pending.set(program, { plan, options, writes: [], results: new Map(), intact: false });
    return program;
  }

  write(program: NativeProgram, storage: Storage, parameter: number, values: Float32Array): void {
    this.#of(program).writes.push({ storage, parameter, values });
  }

  read(program: NativeProgram, storage: Storage, parameter: number): Float32Array {
    return this.#of(program).results.get(storage)?.[parameter] ?? new Float32Array();
  }

  intact(program: NativeProgram): boolean {
    return this.#of(program).intact;
  }

  dispose(program: NativeProgram): void {
    this.#pending.delete(program);
  }

  update(program: NativeProgram, rate: number, step: number, samples: number): void {
    const pending = this.#of(program);
    this.#finish(
      pending,
      new WireReader(this.#run(start(pending).floats([rate]).int(step).int(samples).done())),
    );
  }

  async execute(
    program: NativeProgram,
    count: number,
    feeds: readonly NativeFeed[],
    target: NativeTarget | null,
    taps: readonly NativeTap[],
    losses: Float32Array,
    moment: Moment | null,
  ): Promise<void> {
    const pending = this.#of(program);
    const request = start(pending).floats([]).int(count);
    request.list(feeds, ({ value, data }) => request.int(value).floats(data));
    request.ints(target?.labels ?? []).floats(target?.values ?? []);
    request.list(taps, ({ value, after }) => request.int(value).int(after));
    request.list(moment ? [moment] : [], ({ seed, step }) => request.double(seed).int(step));
    const reply = new WireReader(this.#run(request.done()));
    losses.set(reply.floats());
    for (const { data } of taps) data.set(reply.floats());
    this.#finish(pending, reply);
  }

  #finish(pending: Pending, reply: WireReader): void {
    for (const storage of storages)
      pending.results.set(
        storage,
        pending.plan.parameters.map(() => reply.floats()),
      );
    pending.intact = reply.flag();
  }

  #of(program: NativeProgram): Pending {
    const pending = this.#pending.get(program);
    if (!pending) throw new Error('the program has been disposed of');
    return pending;
  }

  #run(input: Buffer, more: readonly string[] = []): Buffer {
    const [command = '', ...args] = this.#command;
    const done = spawnSync(command, [...args, ...more], { input, maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(`the emulated program failed: ${done.stderr}`);
    return done.stdout;
  }
}

/** All that comes before the action. */
function start({ plan, options, writes }: Pending): WireWriter {
  const out = new WireWriter();
  out.text(options.path).int(options.batchSize);
  out.text(options.optimizer.type);
  out.list(options.optimizer.numbers, ({ name, value }) => out.text(name).floats([value]));
  out.list(plan.values, ({ name, shape, offset }) => out.text(name).ints(shape).int(offset));
  out.list(plan.parameters, ({ name, shape, update, decays, share, observations }) =>
    out
      .text(name)
      .ints(shape)
      .text(update)
      .int(decays ? 1 : 0)
      .double(share)
      .int(observations),
  );
  out.list(plan.calls, (call) => writeCall(out, call));
  out.int(plan.loss).int(plan.input).int(plan.arenaSize);
  out.list(writes, ({ storage, parameter, values }) =>
    out.int(storages.indexOf(storage)).int(parameter).floats(values),
  );
  return out;
}

function writeCall(out: WireWriter, call: NativeCall): void {
  const operand = (of: NativeOperand | null) =>
    out.int(roles.indexOf(of?.role ?? 'none')).int(of?.index ?? 0);
  out.text(call.kernel).text(call.layer).list(call.inputs, operand).list(call.outputs, operand);
  out.list(call.numbers, ([name, value]) => out.text(name).double(value));
  out.bytes(call.connections ?? new Uint8Array()).ints(call.parts ?? []);
}
