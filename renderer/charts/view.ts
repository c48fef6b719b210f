import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  provide,
  type Ref,
  ref,
  type ShallowRef,
  shallowReactive,
  shallowRef,
  watch,
} from 'vue';
import type { XKind } from './points.ts';
import type { Domain, ScaleKind } from './scale.ts';

/** Choices that survive a reload. */
export interface ChartSettings {
  x: XKind;
  scale: ScaleKind;
  xScale: ScaleKind;
  smoothing: number;
  follow: boolean;
}

export const xKinds: readonly XKind[] = ['epoch', 'step', 'time', 'wall'];

export const defaultChartSettings: ChartSettings = {
  x: 'epoch',
  scale: 'linear',
  xScale: 'linear',
  smoothing: 0,
  follow: true,
};

/** What the charts of one page share: axis, smoothing, zoom and the place under the pointer. */
export interface ChartView {
  readonly settings: Ref<ChartSettings>;
  /** As the user drew it; null shows everything. */
  readonly zoom: ShallowRef<Domain | null>;
  /** As it is shown: while following, it keeps its width and ends at the latest point. */
  readonly range: ComputedRef<Domain | null>;
  /** x under the pointer or the keyboard's cursor, in any of the charts. */
  readonly hover: ShallowRef<number | null>;
  /** How far the lines of any chart reach. */
  readonly latest: ComputedRef<number>;
  /** Each chart says how far its lines reach; called with null when it leaves. */
  reportLatest(chart: string, latest: number | null): void;
  resetZoom(): void;
}

const key: InjectionKey<ChartView> = Symbol('chart view');

export function createChartView(settings: Ref<ChartSettings>): ChartView {
  const zoom = shallowRef<Domain | null>(null);
  const hover = shallowRef<number | null>(null);
  const reach = shallowReactive(new Map<string, number>());
  const latest = computed(() => Math.max(0, ...reach.values()));
  /** Following means something only for a range that already ended at the latest point when it was drawn. */
  const attached = ref(false);
  watch(
    zoom,
    (range) => {
      attached.value = range !== null && range.to >= latest.value;
    },
    { flush: 'sync' },
  );
  watch(
    () => [settings.value.x, settings.value.xScale],
    () => {
      zoom.value = null;
      hover.value = null;
    },
    { flush: 'sync' },
  );

  const range = computed(() => {
    const drawn = zoom.value;
    if (!drawn || !settings.value.follow || !attached.value || latest.value <= drawn.to) return drawn;
    return { from: latest.value - (drawn.to - drawn.from), to: latest.value };
  });

  return {
    settings,
    zoom,
    range,
    hover,
    latest,
    reportLatest(chart, value) {
      if (value === null) reach.delete(chart);
      else if (reach.get(chart) !== value) reach.set(chart, value);
    },
    resetZoom() {
      zoom.value = null;
    },
  };
}

export function provideChartView(settings: Ref<ChartSettings>): ChartView {
  // What was kept by an earlier version may lack some.
  settings.value = { ...defaultChartSettings, ...settings.value };
  const view = createChartView(settings);
  provide(key, view);
  return view;
}

export function useChartView(): ChartView {
  const view = inject(key);
  if (!view) throw new Error('A chart needs a page that calls provideChartView.');
  return view;
}
