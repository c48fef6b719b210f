import { computed, type Ref, shallowRef, watch } from 'vue';
import { checkKeys, needsSettings } from '../../../core/contract/filter/keys.ts';
import { matches } from '../../../core/contract/filter/match.ts';
import { type Filter, parseFilter } from '../../../core/contract/filter/parse.ts';
import { FilterError } from '../../../core/contract/filter/tokens.ts';
import type { RunSummary } from '../../../core/contract/runs.ts';
import { useRunSettingsStore } from '../../stores/run-settings.ts';
import { useRunsStore } from '../../stores/runs.ts';

type Reading = { readonly filter: Filter } | { readonly fault: FilterError };

function read(work: () => Filter): Reading {
  try {
    return { filter: work() };
  } catch (thrown) {
    if (thrown instanceof FilterError) return { fault: thrown };
    throw thrown;
  }
}

/**
 * A filter as it is typed: what is wrong with it, and whether it keeps a run. While it is faulty (half typed, most of all) the last that
 * was good stays in force, so that lists do not flicker.
 */
export function useRunFilter(text: Readonly<Ref<string>>) {
  const settings = useRunSettingsStore();
  const runs = useRunsStore();
  const parsed = computed(() => read(() => parseFilter(text.value)));
  const checked = computed<Reading>(() => {
    const reading = parsed.value;
    if ('fault' in reading || runs.all.length === 0) return reading;
    if (needsSettings(reading.filter) && !settings.loaded) return reading;
    return read(() => {
      checkKeys(reading.filter, text.value, settings.known);
      return reading.filter;
    });
  });
  const inForce = shallowRef<Filter>({ kind: 'all' });

  watch(
    checked,
    (reading) => {
      if ('fault' in reading) return;
      inForce.value = reading.filter;
      if (needsSettings(reading.filter)) void settings.load();
    },
    { immediate: true },
  );

  return {
    fault: computed(() => ('fault' in checked.value ? checked.value.fault : null)),
    filtering: computed(() => inForce.value.kind !== 'all'),
    keeps: (run: RunSummary) => matches(inForce.value, run, settings.of(run.id)),
  };
}
