import { type ComputedRef, computed } from 'vue';
import type { FeatureMaps } from '../../../../core/contract/inspect.ts';
import type { RunDetail } from '../../../../core/contract/runs.ts';
import type { Answer } from '../../answer.ts';
import { useKeptEpoch } from '../epoch.ts';
import { type Beside, useBeside } from './use-beside.ts';
import { type ShownImage, useImage } from './use-image.ts';
import { type Shown, useMaps } from './use-maps.ts';

/** A run that is looked at, and what its layers make of the image. */
export interface SeenRun {
  readonly detail: RunDetail;
  readonly maps: FeatureMaps;
}

/** What the tabs about one image share: the image, the run beside this one, and what every layer of both makes of it. */
export interface Seen {
  readonly image: ShownImage;
  readonly beside: Beside;
  /** The epoch whose weights are looked at; null where none are kept. */
  readonly epoch: ComputedRef<number | null>;
  /** What the engine is asked about of this run and of the one beside; null while it is not known. */
  readonly own: ComputedRef<Shown | null>;
  readonly second: ComputedRef<Shown | null>;
  /** What came of it: this run first. Empty until the first answer, and while one's own file is no image. */
  readonly runs: ComputedRef<SeenRun[]>;
  readonly classes: ComputedRef<readonly string[]>;
  /** All that was asked for it. */
  readonly answers: readonly Answer<unknown>[];
}

export function useSeen(detail: () => RunDetail): Seen {
  const epoch = useKeptEpoch(detail, 'weights');
  const beside = useBeside(detail);
  const image = useImage(() => detail().summary.id);
  const other = useImage(() => beside.shown.value?.detail.summary.id ?? null);
  const own = computed<Shown | null>(() => {
    const [checkpoint, seen] = [epoch.value, image.image.value];
    if (checkpoint === null || seen === null) return null;
    return { run: detail().summary.id, checkpoint, image: seen };
  });
  const second = computed<Shown | null>(() => {
    const [run, seen] = [beside.shown.value, other.image.value];
    return run && seen && { run: run.detail.summary.id, checkpoint: run.epoch, image: seen };
  });
  const maps = useMaps(() => own.value);
  const otherMaps = useMaps(() => second.value);
  const runs = computed(() => {
    const found: SeenRun[] = [];
    // What was seen before was of another image.
    if (image.error.value !== null) return found;
    if (maps.value.value) found.push({ detail: detail(), maps: maps.value.value });
    const [neighbour, there] = [beside.shown.value, otherMaps.value.value];
    if (neighbour && there?.run === neighbour.detail.summary.id)
      found.push({ detail: neighbour.detail, maps: there });
    return found;
  });
  return {
    image,
    beside,
    epoch,
    own,
    second,
    runs,
    classes: computed(() => maps.value.value?.classes ?? []),
    answers: [maps, otherMaps, beside.detail],
  };
}
