import { ConvolabError } from '../../contract/errors.ts';
import type { Plan } from '../../graph/plan.ts';
import { elements, mapShape } from '../../kernels/shape.ts';
import type { Augmentation, SampleSource, Transform } from '../backend.ts';
import { gatherAugmented } from '../reference/gather.ts';
import type { Gpu } from './device.ts';
import type { BufferPart, Dispatch, StepContext } from './dispatch.ts';
import { gather } from './kernels/gather.ts';
import type { ProgramMemory } from './memory.ts';
import type { Place } from './shader.ts';

/** Bytes of samples that are sent at once where a data set does not fit on the device, or is changed on the way. */
const streamedBytes = 1 << 26;

/** What a program needs to feed itself. */
export interface FeedContext {
  readonly gpu: Gpu;
  readonly context: StepContext;
  readonly memory: ProgramMemory;
  readonly plan: Plan;
  readonly pitch: number;
}

/** One split of a data set on its way into the network. */
export interface Feed {
  /** Reads the batch of a step; built when first asked for. @throws `memory.exhausted` */
  ready(): Promise<Dispatch>;
  /** Most samples between two calls of `bring`. */
  readonly atOnce: number;
  /** Sees to it that samples are on the device; their places there, in the order asked for. */
  bring(indices: Uint32Array, epoch: number): Uint32Array;
  destroy(): void;
}

/**
 * The whole split on the device where it fits, so that a step sends no samples; else only those of the steps to come.
 */
export function openFeed(to: FeedContext, source: SampleSource, transform: Transform): Feed {
  return source.images.byteLength <= largestBinding(to.gpu)
    ? new ResidentFeed(to, source, transform)
    : new StreamedFeed(to, source, transform, copied(source));
}

const largestBinding = ({ limits: { maxBufferSize, maxStorageBufferBindingSize } }: Gpu): number =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);

/** Samples that every epoch draws anew: changed by the processor, then sent. */
export function openAugmentedFeed(
  to: FeedContext,
  source: SampleSource,
  transform: Transform,
  augmentation: Augmentation,
): Feed {
  const seen = to.plan.input;
  const select: Select = (indices, epoch) => {
    const data = new Float64Array(indices.length * elements(seen));
    const batch = { shape: [indices.length, ...seen], data };
    gatherAugmented(source, transform, augmentation, epoch, indices, batch);
    return Float32Array.from(data);
  };
  const [channels] = mapShape(seen);
  const asItIs = { scale: new Float32Array(channels).fill(1), shift: new Float32Array(channels) };
  const images = new Float32Array(0);
  return new StreamedFeed(
    to,
    { ...source, images, shape: seen },
    { ...asItIs, padTop: 0, padLeft: 0 },
    select,
  );
}

/** The samples at these indices, one after the other. */
type Select = (indices: Uint32Array, epoch: number) => Uint8Array | Float32Array;

function copied({ images, shape }: SampleSource): Select {
  const size = elements(shape);
  return (indices) => {
    const chosen =
      images instanceof Uint8Array
        ? new Uint8Array(Math.ceil((indices.length * size) / 4) * 4)
        : new Float32Array(indices.length * size);
    indices.forEach((index, i) => {
      chosen.set(images.subarray(index * size, (index + 1) * size), i * size);
    });
    return chosen;
  };
}

/** What both kinds share: their buffers, and the shader that reads them. */
class GpuSamples {
  readonly images: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly #to: FeedContext;

  constructor(to: FeedContext, imageBytes: number, count: number) {
    this.#to = to;
    this.images = to.gpu.storage('images', imageBytes);
    this.labels = to.gpu.storage('labels', 4 * count);
  }

  static create(to: FeedContext, imageBytes: number, count: number): Promise<GpuSamples> {
    const what = `${count} images, ${Math.ceil(imageBytes / 2 ** 20)} MB`;
    return to.gpu.guarded(what, () => new GpuSamples(to, imageBytes, count));
  }

  gather({ images, shape }: SampleSource, transform: Transform): Promise<Dispatch> {
    const { plan, pitch, memory, context } = this.#to;
    const form = images instanceof Uint8Array ? 'bytes' : 'floats';
    const input = { value: plan.inputValue };
    const shader = gather({ stored: shape, seen: plan.input, form, transform, input, pitch });
    const resolve = (place: Place): BufferPart => {
      const own =
        'all' in place && (place.all === 'images' || place.all === 'labels') ? this[place.all] : null;
      return own ? { buffer: own, offset: 0, size: own.size } : memory.resolve(place);
    };
    return context.prepare(`gather ${shape.join('x')} to ${plan.input.join('x')}`, shader, resolve);
  }

  destroy(): void {
    this.images.destroy();
    this.labels.destroy();
  }
}

class ResidentFeed implements Feed {
  readonly atOnce = Number.POSITIVE_INFINITY;
  readonly #to: FeedContext;
  readonly #source: SampleSource;
  readonly #transform: Transform;
  #samples: GpuSamples | undefined;
  #ready: Promise<Dispatch> | undefined;

  constructor(to: FeedContext, source: SampleSource, transform: Transform) {
    this.#to = to;
    this.#source = source;
    this.#transform = transform;
  }

  ready(): Promise<Dispatch> {
    this.#ready ??= this.#send();
    return this.#ready;
  }

  async #send(): Promise<Dispatch> {
    const { images, labels } = this.#source;
    const { gpu } = this.#to;
    this.#samples = await GpuSamples.create(this.#to, images.byteLength, labels.length);
    writeWhole(gpu, this.#samples.images, images);
    gpu.write(this.#samples.labels, 0, labels);
    return this.#samples.gather(this.#source, this.#transform);
  }

  bring(indices: Uint32Array): Uint32Array {
    return indices;
  }

  destroy(): void {
    this.#samples?.destroy();
  }
}

class StreamedFeed implements Feed {
  readonly atOnce: number;
  readonly #to: FeedContext;
  readonly #source: SampleSource;
  readonly #transform: Transform;
  readonly #select: Select;
  readonly #bytesEach: number;
  #samples: GpuSamples | undefined;
  #ready: Promise<Dispatch> | undefined;

  constructor(to: FeedContext, source: SampleSource, transform: Transform, select: Select) {
    this.#to = to;
    this.#source = source;
    this.#transform = transform;
    this.#select = select;
    this.#bytesEach = elements(source.shape) * source.images.BYTES_PER_ELEMENT;
    const room = Math.min(streamedBytes, largestBinding(to.gpu));
    this.atOnce = Math.max(to.pitch, Math.floor(room / this.#bytesEach));
  }

  ready(): Promise<Dispatch> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<Dispatch> {
    this.#samples = await GpuSamples.create(this.#to, this.#bytesEach * this.atOnce, this.atOnce);
    return this.#samples.gather(this.#source, this.#transform);
  }

  bring(indices: Uint32Array, epoch: number): Uint32Array {
    if (!this.#samples) throw new ConvolabError('internal', 'Samples were asked for before there was room.');
    const { gpu } = this.#to;
    writeWhole(gpu, this.#samples.images, this.#select(indices, epoch));
    gpu.write(
      this.#samples.labels,
      0,
      Int32Array.from(indices, (index) => this.#source.labels[index] ?? -1),
    );
    return Uint32Array.from(indices, (_, i) => i);
  }

  destroy(): void {
    this.#samples?.destroy();
  }
}

/** Whole words are written; what is left over of bytes, with zeros behind it. */
function writeWhole(gpu: Gpu, buffer: GPUBuffer, data: Uint8Array | Float32Array): void {
  const rest = data.byteLength % 4;
  if (data instanceof Float32Array || rest === 0) {
    gpu.write(buffer, 0, data);
    return;
  }
  const even = data.byteLength - rest;
  gpu.write(buffer, 0, data.subarray(0, even));
  const last = new Uint8Array(4);
  last.set(data.subarray(even));
  gpu.write(buffer, even, last);
}
