import { reactive } from 'vue';

export type OverlayName = 'palette' | 'shortcuts';

/** What lies over the page, and requests to parts of the frame that any command may make. */
export const overlays = reactive({
  /** At most one of them is open. */
  open: null as OverlayName | null,
  /** Counts up with every wish to type into the run list's filter. */
  filterRequests: 0,
  /** A run for which a question is being asked. */
  question: null as { kind: 'extend' | 'repeat'; run: string } | null,
  /** The run whose name is being edited in the list. */
  renaming: null as string | null,

  toggle(name: OverlayName): void {
    this.open = this.open === name ? null : name;
  },
  filterRuns(): void {
    this.filterRequests++;
  },
});
