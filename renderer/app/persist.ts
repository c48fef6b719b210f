import { type Ref, ref, watch } from 'vue';

const prefix = 'convolab.';

function read<T>(key: string, fallback: T): T {
  try {
    const text = window.localStorage.getItem(prefix + key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    // Storage refused, or written by another version: the default is always right.
    return fallback;
  }
}

/** A value of this window's layout (tabs, filters, smoothing, columns) that survives a reload. */
export function usePersisted<T>(key: string, fallback: T): Ref<T> {
  const value = ref(read(key, fallback)) as Ref<T>;
  watch(
    value,
    (now) => {
      try {
        window.localStorage.setItem(prefix + key, JSON.stringify(now));
      } catch {
        // Storage refused or full: the layout is then not kept, and nothing else suffers.
      }
    },
    { deep: true },
  );
  return value;
}
