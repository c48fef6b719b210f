import {
  type ComputedRef,
  computed,
  nextTick,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';

/** Something read from the engine that is read anew whenever its key changes. */
export interface Answer<T> {
  readonly value: ShallowRef<T | null>;
  readonly error: ShallowRef<ConvolabError | null>;
  retry(): void;
  /** Until what is asked for now was answered, or failed. */
  settled(): Promise<void>;
}

/**
 * Asks again whenever `key` changes; what was there stays in place until the new answer comes, so nothing flickers. Late answers
 * to earlier questions are dropped. A null key asks nothing.
 * @param options.oneAtATime a question waits for the one before, and of those that wait only the latest is asked: for what
 * follows the hand, and is worked out anew for every place it passes
 */
export function useAnswer<K, T>(
  key: () => K | null,
  ask: (key: K) => Promise<T>,
  { oneAtATime = false } = {},
): Answer<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<ConvolabError | null>(null);
  let asked = 0;
  let reading: Promise<void> = Promise.resolve();

  async function read(now: K | null, before: Promise<void>): Promise<void> {
    const mine = ++asked;
    if (now === null) return;
    try {
      if (oneAtATime) await before;
      if (mine !== asked) return;
      const answer = await ask(now);
      if (mine !== asked) return;
      value.value = answer;
      error.value = null;
    } catch (thrown) {
      if (mine === asked) error.value = ConvolabError.from(thrown);
    }
  }

  watch(
    () => JSON.stringify(key()),
    () => {
      reading = read(key(), reading);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    asked++;
  });
  async function settled(): Promise<void> {
    await nextTick();
    // Another question may have been asked meanwhile.
    for (let before = -1; before !== asked; ) {
      before = asked;
      await reading;
    }
  }
  return { value, error, retry: () => void read(key(), reading), settled };
}

/** Several answers as one: the first error among them, and all asked again. */
export function allOf(answers: readonly Answer<unknown>[]): {
  error: ComputedRef<ConvolabError | null>;
  retry(): void;
} {
  return {
    error: computed(() => answers.map(({ error }) => error.value).find((found) => found !== null) ?? null),
    retry() {
      for (const answer of answers) answer.retry();
    },
  };
}
