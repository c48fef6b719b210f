import { defineStore } from 'pinia';
import { ref } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';

export interface Toast {
  id: number;
  kind: 'note' | 'error';
  text: string;
  /** The way back, or the next step. */
  action?: { label: string; run(): void };
}

/** Short notes at the corner. One with an action stays longer, since it is the only way back. */
export const useToastStore = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([]);
  let nextId = 1;

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }

  function show(toast: Omit<Toast, 'id'>, milliseconds = toast.action ? 10_000 : 5_000): number {
    const id = nextId++;
    toasts.value = [...toasts.value.slice(-3), { ...toast, id }];
    setTimeout(dismiss, milliseconds, id);
    return id;
  }

  function note(text: string, action?: Toast['action']): number {
    return show(action ? { kind: 'note', text, action } : { kind: 'note', text });
  }

  function fail(thrown: unknown): void {
    const error = ConvolabError.from(thrown);
    show({ kind: 'error', text: [error.message, error.hint].filter(Boolean).join(' ') }, 12_000);
  }

  /** Runs the newest way back (Ctrl+Z); false when there is none. */
  function undoNewest(): boolean {
    const newest = toasts.value.findLast((toast) => toast.kind === 'note' && toast.action);
    if (!newest?.action) return false;
    newest.action.run();
    dismiss(newest.id);
    return true;
  }

  return { toasts, note, fail, dismiss, undoNewest };
});
