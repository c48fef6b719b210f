/** Numbers with their unit, in sensible digits. What cannot be read is said, never shown as 0. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `36,412` */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `14 MB`, `2.1 GB`: decimal units, as file managers write them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `0.8 MFLOP`, for one forward pass of one sample. */
export function formatFlops(flops: number): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP'];
  let value = flops;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toPrecision(3)} ${units[unit]}`;
}

/** `6 × 28 × 28` */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ');
}

/** Characters of a path that are shown. */
const longestPath = 64;

/** A file as seen from a folder: `datasets/cifar-10/test_batch.bin`; a long path without its middle. */
export function formatPath(path: string, folder: string | undefined): string {
  const inside = folder !== undefined && path.startsWith(folder) && /^[/\\]/.test(path.slice(folder.length));
  const shown = inside ? path.slice(folder.length + 1) : path;
  if (shown.length <= longestPath) return shown;
  // The end tells files apart.
  const start = Math.floor(longestPath / 3);
  return `${shown.slice(0, start)}…${shown.slice(start + 1 - longestPath)}`;
}

/** A configuration value as YAML would write it on one line. */
export function formatSetting(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '–' : JSON.stringify(value);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const calendar = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `14:05` today, else `3 Mar, 14:05`; from ISO 8601. */
export function formatMoment(iso: string, now = new Date()): string {
  const date = new Date(iso);
  return date.toDateString() === now.toDateString() ? clock.format(date) : calendar.format(date);
}

/** The end of a name that is shown whatever the room: none of a short one. */
export function tailOf(name: string): string {
  return name.length <= 14 ? '' : name.slice(-Math.min(6, Math.floor(name.length / 3)));
}

/** As much of a text as fits in so many characters, its end kept; what is left out is said by an ellipsis. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = Math.min(tailOf(text).length, Math.floor((most - 1) / 2));
  const tail = text.slice(text.length - kept).trimStart();
  return `${text.slice(0, most - 1 - tail.length).trimEnd()}…${tail}`;
}
