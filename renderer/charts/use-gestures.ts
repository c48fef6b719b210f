import { type ComputedRef, type Ref, ref } from 'vue';
import { type Mapping, scaledRange, selectedRange } from './geometry.ts';
import type { Plot } from './plot.ts';
import { neighbourX } from './readout.ts';
import type { ChartView } from './view.ts';

export interface Gestures {
  /** The pointer inside the plot, in pixels of the chart; null elsewhere. */
  readonly pointer: Ref<{ x: number; y: number } | null>;
  /** The range being drawn, in pixels. */
  readonly selection: Ref<{ from: number; to: number } | null>;
  readonly listeners: Readonly<Record<string, (event: never) => void>>;
}

/**
 * Pointer, wheel and keys over a chart: drag selects a range, double-click shows everything, Ctrl and wheel or + and - zoom, the arrow
 * keys walk from point to point. A plain wheel is left to the page, which scrolls.
 */
export function useGestures(view: ChartView, plot: () => Plot, mapping: ComputedRef<Mapping>): Gestures {
  const pointer = ref<{ x: number; y: number } | null>(null);
  const selection = ref<{ from: number; to: number } | null>(null);

  function place(event: PointerEvent | WheelEvent): { x: number; y: number } {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function pointermove(event: PointerEvent): void {
    const at = place(event);
    const { left, right } = mapping.value.plot;
    if (selection.value) selection.value = { ...selection.value, to: Math.min(right, Math.max(left, at.x)) };
    const inside = at.x >= left && at.x <= right;
    pointer.value = inside ? at : null;
    view.hover.value = inside ? mapping.value.xAt(at.x) : null;
  }

  function pointerleave(): void {
    pointer.value = null;
    if (!selection.value) view.hover.value = null;
  }

  function pointerdown(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const { x } = place(event);
    selection.value = { from: x, to: x };
  }

  function pointerup(): void {
    const drawn = selection.value;
    selection.value = null;
    const range = drawn && selectedRange(mapping.value, drawn.from, drawn.to);
    if (range) view.zoom.value = range;
  }

  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomBy(event.deltaY > 0 ? 1.25 : 0.8, mapping.value.xAt(place(event).x));
  }

  function zoomBy(factor: number, around: number): void {
    view.zoom.value = scaledRange(plot().x, around, factor, plot().xScale);
  }

  function keydown(event: KeyboardEvent): void {
    const middle =
      view.hover.value ?? mapping.value.xAt((mapping.value.plot.left + mapping.value.plot.right) / 2);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      '+': () => zoomBy(0.8, middle),
      '=': () => zoomBy(0.8, middle),
      '-': () => zoomBy(1.25, middle),
      0: () => view.resetZoom(),
      Escape: () => {
        selection.value = null;
        view.hover.value = null;
      },
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (!action) return;
    // A full-screen chart closes on Escape only when there was nothing to put down.
    if (event.key !== 'Escape' || view.hover.value !== null) event.stopPropagation();
    event.preventDefault();
    action();
  }

  function step(direction: -1 | 1): void {
    view.hover.value = neighbourX(plot(), view.hover.value, direction);
  }

  /** As attributes of the chart's element. */
  const listeners = {
    onPointermove: pointermove,
    onPointerleave: pointerleave,
    onPointerdown: pointerdown,
    onPointerup: pointerup,
    onPointercancel: () => {
      selection.value = null;
    },
    onDblclick: () => view.resetZoom(),
    onWheel: wheel,
    onKeydown: keydown,
    onBlur: () => {
      view.hover.value = null;
    },
  };
  return { pointer, selection, listeners };
}
