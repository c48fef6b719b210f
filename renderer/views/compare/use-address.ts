import { computed, onActivated, onDeactivated, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useText } from '../../app/text.ts';
import { useRunsStore } from '../../stores/runs.ts';
import { useToastStore } from '../../stores/toasts.ts';

/** Longest list of runs that an address holds. */
export const mostInAddress = 100;

/** One choice of a view that its address holds; undefined is the default, which is not written. */
export interface AddressPart {
  readonly key: string;
  read(): string | undefined;
  apply(text: string | undefined): void;
}

type Query = Record<string, string>;

/**
 * Keeps a comparison in the address, so that it can be copied and opens the same view again: what is compared, what of
 * it is hidden, and every choice of the page. An address without a query leaves everything as it was.
 * @param parts in the order in which they are applied
 */
export function useAddress(parts: readonly AddressPart[]): void {
  const route = useRoute();
  const router = useRouter();
  const active = ref(true);
  const applied = ref(false);
  const all = [...runParts(), ...parts];
  /** As text, so that runs which merely progress change nothing. */
  const address = computed(() => {
    const query: Query = {};
    for (const part of all) {
      const text = part.read();
      if (text !== undefined) query[part.key] = text;
    }
    return JSON.stringify(query);
  });

  function apply(): void {
    const given = route.query;
    if (all.some(({ key }) => key in given)) {
      for (const part of all) {
        const text = given[part.key];
        part.apply(typeof text === 'string' && text !== '' ? text : undefined);
      }
    }
    applied.value = true;
  }

  const runs = useRunsStore();
  watch(
    () => runs.loaded,
    (loaded) => {
      if (loaded && !applied.value) apply();
    },
    { immediate: true },
  );
  /** As it was when the page was left; its tab leads back to that. Null while the page is open. */
  let left: Query | null = null;
  onDeactivated(() => {
    active.value = false;
    left = JSON.parse(address.value);
  });
  onActivated(() => {
    active.value = true;
    // A tab's own address must not undo what was chosen in the list meanwhile; any other was opened on purpose.
    if (left !== null && Object.keys(route.query).length > 0 && !sameQuery(route.query, left)) apply();
    left = null;
  });
  // An address that was typed or pasted while the page is open.
  watch(
    () => route.query,
    (query) => {
      const pasted = applied.value && active.value && route.name === 'compare';
      if (pasted && Object.keys(query).length > 0 && !sameQuery(query, JSON.parse(address.value))) apply();
    },
  );
  // Replacing the address ends a navigation that is under way, so it is done only where something changed.
  watch([address, active, applied], ([written]) => {
    if (applied.value && active.value) void router.replace({ query: JSON.parse(written) });
  });
}

function sameQuery(one: object, other: object): boolean {
  const text = (query: object) => JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(one) === text(other);
}

/** What is compared, and what of it is hidden. */
function runParts(): AddressPart[] {
  const runs = useRunsStore();
  const toasts = useToastStore();
  const words = useText();
  return [
    {
      key: 'runs',
      read: () => {
        const ids = runs.compared.map((run) => run.id);
        return ids.length > 0 && ids.length <= mostInAddress ? ids.join(',') : undefined;
      },
      apply: (text) => {
        if (text === undefined) return;
        const asked = text.split(',');
        const known = asked.filter((id) => runs.byId.has(id));
        // Another comparison in its place would be taken for the one that the address speaks of.
        runs.showOnly(known);
        const missing = asked.length - known.length;
        if (missing > 0) toasts.note(words('compare.missing', { all: asked.length }, missing));
      },
    },
    {
      key: 'hidden',
      read: () =>
        runs.compared
          .filter((run) => runs.hiddenSet.has(run.id))
          .slice(0, mostInAddress)
          .map((run) => run.id)
          .join(',') || undefined,
      apply: (text) => runs.setVisible(text?.split(',').filter((id) => runs.byId.has(id)) ?? [], false),
    },
  ];
}
