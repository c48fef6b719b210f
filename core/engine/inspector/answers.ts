import { ConvolabError } from '../../contract/errors.ts';
import type { Result } from '../../contract/methods.ts';
import { forgetDatasets } from '../../data/shared.ts';
import type { CheckpointChoice } from '../../store/checkpoints.ts';
import type { EngineContext } from '../context.ts';
import { findWeights, openRunData, openRunNetwork } from '../run-network.ts';
import { explainOutput } from './arithmetic.ts';
import { project } from './embedding.ts';
import { describeMaps } from './feature-maps.ts';
import { describeGradients } from './gradients.ts';
import { occlude } from './occlusion.ts';
import { OpenNetwork } from './open-network.ts';
import { predict } from './predict.ts';
import { prepareImage } from './prepare-image.ts';
import type { Asked, Question } from './protocol.ts';
import { salientPixels } from './saliency.ts';
import { findStrongest } from './strongest.ts';

/** Networks that are kept open: two runs side by side, each at several epochs. */
const mostOpen = 6;

const is = <Q extends Question>(asked: Asked, question: Q): asked is Asked<Q> => asked.question === question;

/**
 * Answers questions about trained networks; compiled ones are kept until others need their place. One question at a time,
 * in order: programs are not re-entrant, and each of them uses every thread there is.
 */
export class Answers {
  readonly #place: Pick<EngineContext, 'store' | 'home'>;
  /** The one used last at the end. */
  readonly #open = new Map<string, Promise<OpenNetwork>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(place: Pick<EngineContext, 'store' | 'home'>) {
    this.#place = place;
  }

  find(asked: Asked): Promise<Result<Question>> {
    const answer = this.#last.then(() => this.#find(asked));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #find(asked: Asked): Promise<Result<Question>> {
    const { run } = asked.params;
    const choice = 'checkpoint' in asked.params ? (asked.params.checkpoint ?? 'last') : 'last';
    const network = await this.#network(run, choice);
    if (is(asked, 'runs.featureMaps')) return describeMaps(network, asked.params);
    if (is(asked, 'runs.gradients')) return describeGradients(network, asked.params);
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
    this.#last = this.#last.then(async () => {
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
    return new OpenNetwork(network, await openRunData(this.#place, network));
  }

  #makeRoom(): void {
    const [oldest] = this.#open;
    if (oldest === undefined || this.#open.size <= mostOpen) return;
    this.#open.delete(oldest[0]);
    void oldest[1].then((network) => network.close()).catch(() => undefined);
  }
}
