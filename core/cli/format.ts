/** `98.61%`; a dash where there is nothing yet. */
export function percent(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined ? '–' : `${(100 * fraction).toFixed(2)}%`;
}

/** A metric's value as people read it: accuracies in per cent, losses with four digits. */
export function metricValue(metric: string, value: number | null | undefined): string {
  if (metric.endsWith('/accuracy')) return percent(value);
  return value === null || value === undefined ? '–' : value.toFixed(4);
}

/** `36,412` */
export function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en');
}

/** `1:05:09`, `2:07`, `8 s` */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`;
}

/** `484 kB`, `1.2 GB`; decimal, as disks are sold. */
export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
