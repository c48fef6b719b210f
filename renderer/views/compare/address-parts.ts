import type { Ref } from 'vue';
import type { XKind } from '../../charts/points.ts';
import { maximumSmoothing } from '../../charts/smoothing.ts';
import { type ChartView, defaultChartSettings, xKinds } from '../../charts/view.ts';
import type { AddressPart } from './use-address.ts';

/** A choice of words, e.g. which spread is drawn. A text that is none of them is the default. */
export function choicePart<T extends string>(
  key: string,
  value: Ref<T>,
  choices: readonly T[],
  fallback: T,
): AddressPart {
  return {
    key,
    read: () => (value.value === fallback ? undefined : value.value),
    apply: (text) => {
      value.value = choices.find((choice) => choice === text) ?? fallback;
    },
  };
}

/** Any text. */
export function textPart(key: string, value: Ref<string | undefined>): AddressPart {
  return {
    key,
    read: () => value.value,
    apply: (text) => {
      value.value = text;
    },
  };
}

/** Yes or no; off by default. */
export function flagPart(key: string, value: Ref<boolean>): AddressPart {
  return {
    key,
    read: () => (value.value ? '1' : undefined),
    apply: (text) => {
      value.value = text === '1';
    },
  };
}

/** Axes, smoothing and zoom of the charts. */
export function chartParts({ settings, zoom }: ChartView): AddressPart[] {
  const set = (change: Partial<typeof defaultChartSettings>) => {
    settings.value = { ...settings.value, ...change };
  };
  const kept = <T>(value: T, fallback: T) => (value === fallback ? undefined : String(value));
  const parts: AddressPart[] = [
    {
      key: 'x',
      read: () => kept(settings.value.x, defaultChartSettings.x),
      apply: (text) => set({ x: xKinds.find((kind): kind is XKind => kind === text) ?? 'epoch' }),
    },
    {
      key: 'logx',
      read: () => (settings.value.xScale === 'log' ? '1' : undefined),
      apply: (text) => set({ xScale: text === '1' ? 'log' : 'linear' }),
    },
    {
      key: 'log',
      read: () => (settings.value.scale === 'log' ? '1' : undefined),
      apply: (text) => set({ scale: text === '1' ? 'log' : 'linear' }),
    },
    {
      key: 'smoothing',
      read: () => kept(settings.value.smoothing, 0),
      apply: (text) => set({ smoothing: Math.min(maximumSmoothing, Math.max(0, Number(text ?? 0) || 0)) }),
    },
    {
      // After the axis, whose change shows everything again.
      key: 'zoom',
      read: () => (zoom.value ? `${zoom.value.from}~${zoom.value.to}` : undefined),
      apply: (text) => {
        const [from, to] = (text ?? '').split('~').map(Number);
        const valid = from !== undefined && to !== undefined && from < to;
        zoom.value = valid ? { from, to } : null;
      },
    },
  ];
  return parts;
}
