import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConvolabError } from '../../contract/errors.ts';
import type { Result } from '../../contract/methods.ts';
import { forgetDatasets } from '../../data/shared.ts';
import type { CheckpointChoice } from '../../store/checkpoints.ts';
import type { EngineContext } from '../context.ts';
import { findWeights, openRunData, openRunNetwork } from '../run-network.ts';
import { explainOutput } from './arithmetic.ts';
import { project } from './embedding.ts';
import { describeMaps } from './feature-maps.ts';
import { measureFlow } from './gradient-flow.ts';
import { describeGradients } from './gradients.ts';
import { occlude } from './occlusion.ts';
import { OpenNetwork } from './open-network.ts';
import { predict } from './predict.ts';
import { findPredictions } from './predictions.ts';
import { prepareImage } from './prepare-image.ts';
import type { Asked, Question } from './protocol.ts';
import { salientPixels } from './saliency.ts';
import { findStrongest } from './strongest.ts';

/** Networks that are kept open: two runs side by side, each at several epochs. */
const mostOpen = 6;

const is = <Q extends Question>(asked: Asked, question: Q): asked is Asked<Q> => asked.question === question;

/** Questions that run many images; those about one image do not wait for them. */
const long: ReadonlySet<Question> = new Set([
  'runs.gradientFlow',
  'runs.strongest',
  'runs.embedding',
  'runs.predict',
]);

/**
 * Answers questions about trained networks; compiled ones are kept until others need their place. One question at a time,
 * since programs are not re-entrant and each of them uses every thread there is: the short ones first, then in order.
 */
export class Answers {
  readonly #place: Pick<EngineContext, 'store' | 'home'>;
  /** The one used last at the end. */
  readonly #open = new Map<string, Promise<OpenNetwork>>();
  /** What waits, in the order in which it is done. */
  readonly #waiting: { readonly long: boolean; work(): Promise<void> }[] = [];
  #busy = false;

  constructor(place: Pick<EngineContext, 'store' | 'home'>) {
    this.#place = place;
  }

  find(asked: Asked): Promise<Result<Question>> {
    return this.#inTurn(long.has(asked.question), () => this.#find(asked));
  }

  #inTurn<T>(isLong: boolean, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const place = isLong ? this.#waiting.length : this.#waiting.findIndex((each) => each.long);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, {
      long: isLong,
      work: () => work().then(resolve, reject),
    });
    void this.#go();
    return promise;
  }

  /** Between two batches of a long answer no program is at work: short questions have their turn. */
  async #breathe(): Promise<void> {
    await nextTurn();
    while (this.#waiting[0]?.long === false) await this.#waiting.shift()?.work();
  }

  async #go(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await next.work();
    this.#busy = false;
  }

  async #find(asked: Asked): Promise<Result<Question>> {
    if (is(asked, 'runs.predictions')) return findPredictions(this.#place, asked.params);
    const { run } = asked.params;
    const choice = 'checkpoint' in asked.params ? (asked.params.checkpoint ?? 'last') : 'last';
    const network = await this.#network(run, choice);
    if (is(asked, 'runs.prepare')) return network.ready();
    if (is(asked, 'runs.featureMaps')) return describeMaps(network, asked.params);
    if (is(asked, 'runs.gradients')) return describeGradients(network, asked.params);
    if (is(asked, 'runs.gradientFlow')) return measureFlow(network, asked.params);
    if (is(asked, 'runs.arithmetic')) return explainOutput(network, asked.params);
    if (is(asked, 'runs.saliency')) return salientPixels(network, asked.params);
    if (is(asked, 'runs.occlusion')) return occlude(network, asked.params);
    if (is(asked, 'runs.strongest')) return findStrongest(network, asked.params);
    if (is(asked, 'runs.embedding')) return project(network, asked.params);
    if (is(asked, 'runs.prepareImage')) return prepareImage(network, asked.params);
    if (is(asked, 'runs.predict')) return predict(network, asked.params, this.#place.home);
    throw new ConvolabError('method.unknown', `Nobody answers "${asked.question}".`);
  }

  /** Closes everything, once what was asked before is answered. */
  forget(): void {
    void this.#inTurn(true, async () => {
      forgetDatasets();
      const open = [...this.#open.values()];
      this.#open.clear();
      for (const network of await Promise.allSettled(open))
        if (network.status === 'fulfilled') await network.value.close();
    });
  }

  /** Open still, or opened; a run that is training has other last weights every epoch. */
  #network(run: string, choice: CheckpointChoice): Promise<OpenNetwork> {
    const weights = findWeights(this.#place, run, choice);
    const key = `${run} ${weights.sha256}`;
    const network = this.#open.get(key) ?? this.#read(run, choice);
    this.#open.delete(key);
    this.#open.set(key, network);
    network.catch(() => this.#open.delete(key));
    this.#makeRoom();
    return network;
  }

  async #read(run: string, choice: CheckpointChoice): Promise<OpenNetwork> {
    const network = await openRunNetwork(this.#place, run, choice);
    return new OpenNetwork(network, await openRunData(this.#place, network), () => this.#breathe());
  }

  #makeRoom(): void {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#open.size <= mostOpen) return;
    this.#open.delete(oldest[0]);
    void oldest[1].then((network) => network.close()).catch(() => undefined);
  }
}
