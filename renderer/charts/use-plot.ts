import {
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  useId,
  watch,
} from 'vue';
import { axisBounds } from './format.ts';
import { type Plot, type PlotSource, preparePlot } from './plot.ts';
import { useChartView } from './view.ts';

/** New points redraw a chart at most this often; a choice of the user's redraws it at once. */
const quietMilliseconds = 250;

/**
 * The picture of some lines under the page's choices. While `active` is false (the chart is off screen) nothing is computed.
 */
export function usePlot(
  sources: () => readonly PlotSource[],
  options: {
    metric: MaybeRefOrGetter<string>;
    active: MaybeRefOrGetter<boolean>;
    width: MaybeRefOrGetter<number>;
  },
): ShallowRef<Plot | null> {
  const view = useChartView();
  const id = useId();
  const plot = shallowRef<Plot | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawnAt = 0;

  function draw(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!toValue(options.active)) return;
    const { x, scale, xScale, smoothing } = view.settings.value;
    const next = preparePlot(sources(), {
      xKind: x,
      scale,
      // A time of day has no logarithm worth the name.
      xScale: x === 'wall' ? 'linear' : xScale,
      smoothing,
      zoom: view.range.value,
      buckets: Math.max(100, Math.round(toValue(options.width))),
      reach: view.latest.value,
      ...axisBounds(toValue(options.metric)),
    });
    plot.value = next;
    // An empty picture keeps nobody waiting for the first lines.
    if (next.lines.length > 0) drawnAt = performance.now();
    view.reportLatest(id, next.latest);
  }

  watch(
    [
      () => toValue(options.active),
      () => toValue(options.width),
      () => ({ ...view.settings.value }),
      view.range,
    ],
    draw,
    {
      immediate: true,
    },
  );
  watch([sources, view.latest], () => {
    timer ??= setTimeout(draw, Math.max(0, drawnAt + quietMilliseconds - performance.now()));
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    view.reportLatest(id, null);
  });
  return plot;
}
