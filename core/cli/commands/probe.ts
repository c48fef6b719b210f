import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { HostTensor, ProbeBatch } from '../../backends/backend.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { readSafetensors, type SafeTensor, writeSafetensors } from '../../export/safetensors.ts';
import { compilePlan } from '../../graph/compile.ts';
import { buildGraph } from '../../graph/graph.ts';
import type { Plan } from '../../graph/plan.ts';
import { readModelFile } from '../../models/index.ts';
import type { Command } from '../command.ts';
import { openChosenDevice } from '../open-device.ts';

type Tensors = ReadonlyMap<string, SafeTensor>;

export const probe: Command = {
  usage: 'probe --model <file> --weights <in> --batch <in> --out <out>',
  summary:
    'One forward and backward pass without update, to check outputs and gradients against another framework.',
  positionals: [0, 0],
  flags: {
    model: { value: '<file>', help: 'Model specification, YAML or JSON.' },
    weights: {
      value: '<file>',
      help: 'safetensors: every parameter by its name, `<layer>.weight` and `<layer>.bias`.',
    },
    batch: {
      value: '<file>',
      help: 'safetensors: `x` [N,C,H,W] f32 and `y`, [N] i32 labels or [N,K] f32 targets.',
    },
    out: { value: '<file>', help: 'safetensors to write: `loss`, `<layer>.out` and `<parameter>.grad`.' },
    backend: { value: '<b>', help: 'auto, cpu, gpu, gpu:<n> or reference.' },
    threads: { value: '<n>', help: 'Threads.' },
  },
  async run({ arguments: given, output }) {
    const modelFile = given.required('model');
    const weightsFile = given.required('weights');
    const batchFile = given.required('batch');
    const out = resolve(given.required('out'));
    const plan = compilePlan(buildGraph(await readModelFile(modelFile)), { retain: true });
    const parameters = readParameters((await readSafetensors(weightsFile)).tensors, plan, weightsFile);
    const batch = readBatch((await readSafetensors(batchFile)).tensors, plan, batchFile);
    const backend = await openChosenDevice(given.text('backend') ?? 'auto', output);
    const program = await backend.compile(plan, {
      threads: given.count('threads') ?? availableParallelism(),
      batchSize: batch.count,
      optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
    });
    program.setState({ parameters, optimizer: new Map() });
    const { loss, outputs, gradients } = await program.probe(batch);
    program.dispose();
    backend.close?.();
    const tensors = new Map<string, SafeTensor>([['loss', { shape: [1], data: Float32Array.of(loss) }]]);
    for (const [name, tensor] of outputs) tensors.set(name, single(tensor));
    for (const [name, tensor] of gradients)
      tensors.set(name.endsWith('.grad') ? name : `${name}.grad`, single(tensor));
    await writeSafetensors(out, tensors);
    output.object({ loss, samples: batch.count, tensors: tensors.size, out });
    output.text(`Loss ${loss} over ${batch.count} samples; wrote ${tensors.size} tensors to ${out}.`);
    return 0;
  },
};

function single({ shape, data }: HostTensor): SafeTensor {
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** Every parameter, none missing, each of its shape. Throws `argument.invalid`, naming all that do not fit. */
function readParameters(tensors: Tensors, plan: Plan, file: string): Map<string, Float32Array> {
  const faults: string[] = [];
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape } of plan.parameters) {
    const tensor = tensors.get(name);
    if (tensor?.data instanceof Float32Array && tensor.shape.join() === shape.join())
      parameters.set(name, tensor.data);
    else faults.push(`${name} must be [${shape.join(', ')}] f32, ${found(tensor)}`);
  }
  if (faults.length > 0) throw misfit(file, faults);
  return parameters;
}

function readBatch(tensors: Tensors, plan: Plan, file: string): ProbeBatch {
  const x = tensors.get('x');
  const y = tensors.get('y');
  const faults: string[] = [];
  const count = x?.shape[0] ?? 0;
  if (!(x?.data instanceof Float32Array) || count === 0 || x.shape.slice(1).join() !== plan.input.join()) {
    faults.push(`x must be [N, ${plan.input.join(', ')}] f32, ${found(x)}`);
  }
  const classes = plan.values[plan.outputValue]?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
  const labels = y?.data instanceof Int32Array && y.shape.join() === String(count);
  const targets = y?.data instanceof Float32Array && y.shape.join() === `${count},${classes}`;
  if (!labels && !targets)
    faults.push(`y must be [N] i32 labels or [N, ${classes}] f32 targets, ${found(y)}`);
  if (faults.length > 0) throw misfit(file, faults);
  return { x: x?.data as Float32Array, count, y: y?.data as Int32Array | Float32Array };
}

function found(tensor: SafeTensor | undefined): string {
  if (tensor === undefined) return 'and is missing';
  return `not [${tensor.shape.join(', ')}] of ${tensor.data.constructor.name}`;
}

function misfit(file: string, faults: readonly string[]): ConvolabError {
  const [first] = faults;
  return new ConvolabError('argument.invalid', `${file} does not fit the model: ${first}.`, {
    subject: file,
    hint: 'Tensors are float32 in the frameworks’ layout; `convolab model describe` shows the shapes.',
    issues: faults.map((message) => ({ path: '', message })),
  });
}
