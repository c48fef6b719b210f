import { ConvolabError } from '../../contract/errors.ts';
import type { Plan } from '../../graph/plan.ts';
import { elements, mapShape } from '../../kernels/shape.ts';
import type { Augmentation, SampleSource, Transform } from '../backend.ts';
import type { Gpu } from './device.ts';
import type { BufferPart, Dispatch, StepContext } from './dispatch.ts';
import { type GatherSite, gather, gatherViews } from './kernels/gather.ts';
import type { ProgramMemory } from './memory.ts';
import type { Place, Shader } from './shader.ts';
import { ViewPacker } from './views.ts';

/** Bytes of samples that are sent at once where a data set does not fit on the device. */
const streamedBytes = 1 << 26;
/** Bytes of views that are sent at once. */
const viewBytes = 1 << 24;

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

/** A feed of samples as they are stored. */
export interface StoredFeed extends Feed {
  /** The samples on the device; sent, or given room, when first asked for. @throws `memory.exhausted` */
  samples(): Promise<GpuSamples>;
}

/**
 * The whole split on the device where it fits, so that a step sends no samples; else only those of the steps to come.
 */
export function openFeed(to: FeedContext, source: SampleSource, transform: Transform): StoredFeed {
  return source.images.byteLength <= largestBinding(to.gpu)
    ? new ResidentFeed(to, source, transform)
    : new StreamedFeed(to, source, transform);
}

/** The same samples seen anew in every epoch: their views are drawn by the processor, and followed by the device. */
export function openAugmentedFeed(
  to: FeedContext,
  stored: StoredFeed,
  source: SampleSource,
  transform: Transform,
  augmentation: Augmentation,
): Feed {
  return new AugmentedFeed(to, stored, source, transform, augmentation);
}

const largestBinding = ({ limits: { maxBufferSize, maxStorageBufferBindingSize } }: Gpu): number =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);

/** Where samples of a split lie on the device, and the shaders that read them. */
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

  /** Binds a shader that reads samples, and their views where there are some. */
  prepare(label: string, shader: Shader, views?: GPUBuffer): Promise<Dispatch> {
    const own: Partial<Record<string, GPUBuffer | undefined>> = {
      images: this.images,
      labels: this.labels,
      views,
    };
    const resolve = (place: Place): BufferPart => {
      const buffer = 'all' in place ? own[place.all] : undefined;
      return buffer ? { buffer, offset: 0, size: buffer.size } : this.#to.memory.resolve(place);
    };
    return this.#to.context.prepare(label, shader, resolve);
  }

  destroy(): void {
    this.images.destroy();
    this.labels.destroy();
  }
}

function siteOf(
  { plan, pitch }: FeedContext,
  { images, shape }: SampleSource,
  transform: Transform,
): GatherSite {
  const form = images instanceof Uint8Array ? 'bytes' : 'floats';
  return { stored: shape, seen: plan.input, form, transform, input: { value: plan.inputValue }, pitch };
}

const namesOf = ({ stored, seen }: GatherSite) => `${stored.join('x')} to ${seen.join('x')}`;

abstract class StoredSamples implements StoredFeed {
  abstract readonly atOnce: number;
  protected readonly to: FeedContext;
  protected readonly source: SampleSource;
  readonly #site: GatherSite;
  #made: GpuSamples | undefined;
  #samples: Promise<GpuSamples> | undefined;
  #ready: Promise<Dispatch> | undefined;

  constructor(to: FeedContext, source: SampleSource, transform: Transform) {
    this.to = to;
    this.source = source;
    this.#site = siteOf(to, source, transform);
  }

  protected abstract make(): Promise<GpuSamples>;
  abstract bring(indices: Uint32Array): Uint32Array;

  /** What was made. */
  protected get held(): GpuSamples {
    return heldIn(this.#made);
  }

  samples(): Promise<GpuSamples> {
    this.#samples ??= this.make().then((samples) => {
      this.#made = samples;
      return samples;
    });
    return this.#samples;
  }

  ready(): Promise<Dispatch> {
    this.#ready ??= this.samples().then((samples) =>
      samples.prepare(`gather ${namesOf(this.#site)}`, gather(this.#site)),
    );
    return this.#ready;
  }

  destroy(): void {
    this.#made?.destroy();
  }
}

class ResidentFeed extends StoredSamples {
  readonly atOnce = Number.POSITIVE_INFINITY;

  protected async make(): Promise<GpuSamples> {
    const { images, labels } = this.source;
    const { gpu } = this.to;
    const samples = await GpuSamples.create(this.to, images.byteLength, labels.length);
    writeWhole(gpu, samples.images, images);
    gpu.write(samples.labels, 0, labels);
    return samples;
  }

  bring(indices: Uint32Array): Uint32Array {
    return indices;
  }
}

class StreamedFeed extends StoredSamples {
  readonly atOnce: number;
  readonly #bytesEach: number;

  constructor(to: FeedContext, source: SampleSource, transform: Transform) {
    super(to, source, transform);
    this.#bytesEach = elements(source.shape) * source.images.BYTES_PER_ELEMENT;
    const room = Math.min(streamedBytes, largestBinding(to.gpu));
    this.atOnce = Math.max(to.pitch, Math.floor(room / this.#bytesEach));
  }

  protected make(): Promise<GpuSamples> {
    return GpuSamples.create(this.to, this.#bytesEach * this.atOnce, this.atOnce);
  }

  bring(indices: Uint32Array): Uint32Array {
    const { images, labels } = this.held;
    const { gpu } = this.to;
    writeWhole(gpu, images, copied(this.source, indices));
    gpu.write(
      labels,
      0,
      Int32Array.from(indices, (index) => this.source.labels[index] ?? -1),
    );
    return Uint32Array.from(indices, (_, i) => i);
  }
}

class AugmentedFeed implements Feed {
  readonly atOnce: number;
  readonly #to: FeedContext;
  readonly #stored: StoredFeed;
  readonly #site: GatherSite;
  readonly #packer: ViewPacker;
  #views: GPUBuffer | undefined;
  #ready: Promise<Dispatch> | undefined;

  constructor(
    to: FeedContext,
    stored: StoredFeed,
    source: SampleSource,
    transform: Transform,
    augmentation: Augmentation,
  ) {
    this.#to = to;
    this.#stored = stored;
    this.#site = siteOf(to, source, transform);
    const [channels, height, width] = mapShape(source.shape);
    const [, newHeight, newWidth] = mapShape(to.plan.input);
    const { padTop: top, padLeft: left } = transform;
    const geometry = { channels, height, width, newHeight, newWidth, top, left };
    this.#packer = new ViewPacker(augmentation, geometry);
    const room = Math.floor(viewBytes / (4 * this.#packer.layout.words));
    this.atOnce = Math.min(stored.atOnce, Math.max(to.pitch, room));
  }

  ready(): Promise<Dispatch> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<Dispatch> {
    const samples = await this.#stored.samples();
    const { layout } = this.#packer;
    const bytes = 4 * layout.words * this.atOnce;
    this.#views = await this.#to.gpu.guarded('the views of samples', () =>
      this.#to.gpu.storage('views', bytes),
    );
    const shader = gatherViews({ ...this.#site, layout });
    return samples.prepare(`gather views of ${namesOf(this.#site)}`, shader, this.#views);
  }

  bring(indices: Uint32Array, epoch: number): Uint32Array {
    const places = this.#stored.bring(indices, epoch);
    this.#to.gpu.write(heldIn(this.#views), 0, this.#packer.pack(indices, places, epoch));
    return Uint32Array.from(indices, (_, i) => i);
  }

  destroy(): void {
    this.#views?.destroy();
  }
}

/** What `ready` made. */
function heldIn<T>(room: T | undefined): T {
  if (room === undefined)
    throw new ConvolabError('internal', 'Samples were asked for before there was room.');
  return room;
}

/** The samples at these indices, one after the other, in whole words. */
function copied({ images, shape }: SampleSource, indices: Uint32Array): Uint8Array | Float32Array {
  const size = elements(shape);
  const chosen =
    images instanceof Uint8Array
      ? new Uint8Array(Math.ceil((indices.length * size) / 4) * 4)
      : new Float32Array(indices.length * size);
  indices.forEach((index, i) => {
    chosen.set(images.subarray(index * size, (index + 1) * size), i * size);
  });
  return chosen;
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
