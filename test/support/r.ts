import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rankSumTest } from '../../core/engine/statistics/rank-sum.ts';
import { hedgesG, pairedTest, welchTest } from '../../core/engine/statistics/two-samples.ts';
import { RandomSequence } from '../../core/train/random.ts';

/** Two samples, as many accuracies of two groups of runs. */
export interface TwoSamples {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** What is compared with R, in the order in which `statistics.R` prints it. */
export const figures = [
  ...['t', 'freedom', 'p', 'low', 'high'].map((name) => `Welch ${name}`),
  ...['t', 'freedom', 'p', 'low', 'high'].map((name) => `paired ${name}`),
  "Hedges' g",
  'rank sum U',
  'rank sum p',
];

/** Why R cannot judge here, or null where it can. */
export function rMissing(): string | null {
  return spawnSync('Rscript', ['--version']).status === 0 ? null : 'R is not installed';
}

/** Runs a script of this folder's neighbour `golden` on lines of text; its numbers, line by line, null for NA. */
export function runR(script: string, lines: readonly string[]): (number | null)[][] {
  const path = fileURLToPath(new URL(`../golden/${script}`, import.meta.url));
  const input = `${lines.join('\n')}\n`;
  const { status, stdout, stderr } = spawnSync('Rscript', ['--vanilla', path], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  return stdout.trim().split('\n').map(readNumbers);
}

/** A line of numbers as R prints them. */
export function readNumbers(line: string): (number | null)[] {
  return line
    .trim()
    .split(/\s+/)
    .map((word) => (word === 'NA' ? null : Number(word)));
}

/** As `statistics.R` reads it. */
export function asLine({ first, second }: TwoSamples): string {
  return `${first.join(' ')};${second.join(' ')};${first.length === second.length ? 1 : 0}`;
}

export function fromLine(line: string): TwoSamples {
  const [first = '', second = ''] = line.split(';');
  return { first: first.split(' ').map(Number), second: second.split(' ').map(Number) };
}

/** Our own figures, in the order of R's. */
export function ourFigures({ first, second }: TwoSamples): (number | null)[] {
  const student = (test: ReturnType<typeof welchTest>) =>
    test ? [test.t, test.freedom, test.p, ...test.interval] : [null, null, null, null, null];
  const ranks = rankSumTest(first, second);
  return [
    ...student(welchTest(first, second)),
    ...student(first.length === second.length ? pairedTest(first, second) : null),
    hedgesG(first, second),
    ranks?.u ?? null,
    ranks?.p ?? null,
  ];
}

/** Samples of 2 to 60 values that differ a little, much or not at all; some rounded, so that values repeat. */
export function drawSamples(index: number): TwoSamples {
  const random = new RandomSequence(index, 'probe', 77);
  const most = [4, 6, 20, 60][random.below(4)] as number;
  const sizeOf = () => 2 + random.below(most - 1);
  const size = sizeOf();
  const other = random.below(2) === 0 ? size : sizeOf();
  const digits = [2, 4, 12][random.below(3)] as number;
  const shift = [0, 0.01, 0.05, 0.5][random.below(4)] as number;
  const draw = (count: number, centre: number) =>
    Array.from({ length: count }, () => Number((centre + 0.08 * random.uniform()).toFixed(digits)));
  const samples = { first: draw(size, 0.9), second: draw(other, 0.9 + shift) };
  const varies = (values: readonly number[]) => new Set(values).size > 1;
  const differences = new Set(
    samples.second.map((value, i) => (value - (samples.first[i] ?? 0)).toFixed(12)),
  );
  const fair = varies(samples.first) && varies(samples.second) && (size !== other || differences.size > 1);
  return fair ? samples : drawSamples(index + 1_000_000);
}
