import { elements } from '../../kernels/shape.ts';
import type { Augmentation, SampleSource, Transform } from '../backend.ts';
import { checkLabels, invalid } from '../requests.ts';
import { type Feed, type FeedContext, openAugmentedFeed, openFeed } from './feed.ts';

/** A split of a data set that is attached to a program. */
export interface Split {
  readonly source: SampleSource;
  readonly plain: Feed;
  /** What training sees. */
  readonly training: Feed;
}

/** The samples that a program can be asked about, by the names of their splits. */
export class Splits {
  readonly #to: FeedContext;
  readonly #attached = new Map<string, Split>();

  constructor(to: FeedContext) {
    this.#to = to;
  }

  /** In the place of what had this name. @throws `argument.invalid` for samples that do not fit the plan */
  attach(name: string, source: SampleSource, transform: Transform, augmentation?: Augmentation): void {
    this.#check(name, source, transform);
    this.#detach(name);
    const plain = openFeed(this.#to, source, transform);
    const changes = augmentation && augmentation.steps.length > 0;
    const training = changes ? openAugmentedFeed(this.#to, plain, source, transform, augmentation) : plain;
    this.#attached.set(name, { source, plain, training });
  }

  #check(name: string, { images, labels, shape }: SampleSource, { padTop, padLeft }: Transform): void {
    const { plan } = this.#to;
    if (images.length !== labels.length * elements(shape)) {
      throw invalid(`${name} has ${labels.length} labels, but not as many images.`, name);
    }
    checkLabels(plan, labels, name);
    const [channels = 0, rows = 0, columns = 0] = plan.input;
    const [stored = 0, height = 0, width = 0] = shape;
    // Views that are moved show only a part of the image, but along each axis some of it.
    const shows = padTop + height > 0 && padTop < rows && padLeft + width > 0 && padLeft < columns;
    if (stored === channels && shows) return;
    throw invalid(`Images of ${shape.join('x')} lie outside an input of ${plan.input.join('x')}.`, name);
  }

  #detach(name: string): void {
    const attached = this.#attached.get(name);
    attached?.plain.destroy();
    attached?.training.destroy();
  }

  /** The split of this name. @throws `argument.invalid` where there is none, or it lacks one of these samples */
  with(name: string, indices: Uint32Array): Split {
    const attached = this.#attached.get(name);
    if (!attached) throw invalid(`No data is attached as ${name}.`, name);
    const count = attached.source.labels.length;
    const stray = indices.find((index) => index >= count);
    if (stray === undefined) return attached;
    throw invalid(`${name} has ${count} samples, so there is no sample ${stray}.`, name);
  }

  destroy(): void {
    for (const name of this.#attached.keys()) this.#detach(name);
  }
}
