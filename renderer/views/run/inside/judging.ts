import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { ConvolabError } from '../../../../core/contract/errors.ts';
import type { Params } from '../../../../core/contract/methods.ts';
import type { Prediction } from '../../../../core/contract/predictions-csv.ts';
import { decodeTensor } from '../../../charts/tensor.ts';
import { useInspectStore } from '../../../stores/inspect.ts';

/** What came of judging a network on a set. */
export interface Judged {
  readonly predictions: readonly Prediction[];
  readonly classes: readonly string[];
  readonly epoch: number;
  readonly correct: number;
  /** Mean. */
  readonly loss: number;
}

export interface Judging {
  readonly progress: Ref<{ done: number; total: number } | null>;
  readonly result: ShallowRef<Judged | null>;
  readonly error: ShallowRef<ConvolabError | null>;
  start(request: Omit<Params<'runs.predict'>, 'offset' | 'count'>): Promise<void>;
  cancel(): void;
}

/** Samples asked for at a time: answered within a second by small networks, so that progress is seen and can be stopped. */
const atOnce = 1000;

/** Judges a network part by part. */
export function useJudging(): Judging {
  const inspect = useInspectStore();
  const progress = ref<{ done: number; total: number } | null>(null);
  const result = shallowRef<Judged | null>(null);
  const error = shallowRef<ConvolabError | null>(null);
  let asked = 0;

  async function start(request: Omit<Params<'runs.predict'>, 'offset' | 'count'>): Promise<void> {
    const mine = ++asked;
    progress.value = { done: 0, total: 0 };
    error.value = null;
    result.value = null;
    try {
      const found = await judge(request, () => mine === asked);
      if (mine === asked) result.value = found;
    } catch (thrown) {
      if (mine === asked) error.value = ConvolabError.from(thrown);
    }
    if (mine === asked) progress.value = null;
  }

  async function judge(
    request: Omit<Params<'runs.predict'>, 'offset' | 'count'>,
    wanted: () => boolean,
  ): Promise<Judged | null> {
    const predictions: Prediction[] = [];
    let [correct, lossSum] = [0, 0];
    for (;;) {
      const part = await inspect.predict({ ...request, offset: predictions.length, count: atOnce });
      if (!wanted()) return null;
      const [labels, guesses, confidences] = [part.labels, part.predictions, part.confidences].map(
        (payload) => decodeTensor(payload).data,
      );
      labels?.forEach((label, i) => {
        predictions.push({
          index: predictions.length,
          label,
          prediction: guesses?.[i] as number,
          probability: confidences?.[i] as number,
        });
      });
      correct += part.correct;
      lossSum += part.lossSum;
      progress.value = { done: predictions.length, total: part.total };
      if (predictions.length >= part.total || labels?.length === 0) {
        const loss = lossSum / Math.max(1, predictions.length);
        return { predictions, classes: part.classes, epoch: part.epoch, correct, loss };
      }
    }
  }

  function cancel(): void {
    asked++;
    progress.value = null;
  }
  onScopeDispose(cancel);
  return { progress, result, error, start, cancel };
}
