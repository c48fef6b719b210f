import { computed, onActivated, onDeactivated, type Ref, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useRunsStore } from '../../stores/runs.ts';

/** Longest list of runs that an address holds. */
const mostRuns = 60;

/** Choices of the comparison that its address holds beside the runs. */
export type Choices = Record<string, string | undefined>;

/**
 * Keeps the comparison in the address, so that it can be linked and comes back as it was: opened with runs, these are ticked and no others;
 * from then on the address follows. Nothing is written while another page is shown.
 */
export function useAddress(choices: Ref<Choices>): void {
  const route = useRoute();
  const router = useRouter();
  const runs = useRunsStore();
  const active = ref(true);
  const applied = ref(false);
  onActivated(() => {
    active.value = true;
  });
  onDeactivated(() => {
    active.value = false;
  });

  function apply(): void {
    const { runs: listed, ...rest } = route.query;
    if (typeof listed === 'string' && listed !== '') {
      const wanted = new Set(listed.split(','));
      const all = runs.all.map((run) => run.id);
      if (all.some((id) => wanted.has(id))) {
        runs.setVisible(all, false);
        runs.setVisible(
          all.filter((id) => wanted.has(id)),
          true,
        );
      }
    }
    const read = Object.entries(rest).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    choices.value = { ...choices.value, ...Object.fromEntries(read) };
    applied.value = true;
  }

  watch(
    () => runs.loaded,
    (loaded) => {
      if (loaded && !applied.value) apply();
    },
    { immediate: true },
  );
  /** What the address should hold; as text, so that runs which merely progress change nothing. */
  const address = computed(() => {
    const ids = runs.visible.map((run) => run.id);
    const listed = ids.length > 0 && ids.length <= mostRuns ? ids.join(',') : undefined;
    return JSON.stringify({ ...choices.value, runs: listed });
  });
  // Replacing the address ends a navigation that is under way, so it is done only where something changed.
  watch([address, active, applied], ([written]) => {
    if (applied.value && active.value) void router.replace({ query: JSON.parse(written) });
  });
}
