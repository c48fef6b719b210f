import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holmCorrected } from '../../core/engine/statistics/holm.ts';
import { RandomSequence } from '../../core/train/random.ts';
import {
  asLine,
  drawSamples,
  figures,
  fromLine,
  ourFigures,
  readNumbers,
  rMissing,
  runR,
} from '../support/r.ts';

/** R's figures for the first cases: a line of samples, then a line of numbers. */
const committed = readFileSync(new URL('./statistics.r.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const missing = rMissing();

/** Both have their last digits from other series. */
function expectAgreement(
  ours: readonly (number | null)[],
  theirs: readonly (number | null)[],
  what: string,
): void {
  for (const [i, name] of figures.entries()) {
    const expected = theirs[i] ?? null;
    const actual = ours[i] ?? null;
    // R is not asked where it would have to try too many arrangements.
    if (expected === null && name === 'rank sum p') continue;
    if (expected === null || actual === null) expect(actual, `${name} of ${what}`).toBe(expected);
    else {
      const error = Math.abs(actual - expected);
      expect(error, `${name} of ${what}: ${actual}, R says ${expected}`).toBeLessThan(
        1e-9 * Math.abs(expected) + 1e-12,
      );
    }
  }
}

describe('tests of two groups', () => {
  it('give the figures that R gave', () => {
    expect(committed.length).toBeGreaterThanOrEqual(100);
    for (let i = 0; i < committed.length; i += 2) {
      const samples = committed[i] as string;
      expectAgreement(ourFigures(fromLine(samples)), readNumbers(committed[i + 1] as string), samples);
    }
  });

  describe.skipIf(missing)(`against R itself${missing ? ` (skipped: ${missing})` : ''}`, () => {
    it('agree on 1,000 random cases', () => {
      const cases = Array.from({ length: 1000 }, (_, i) => drawSamples(i));
      const theirs = runR('statistics.R', cases.map(asLine));
      expect(theirs.length).toBe(cases.length);
      for (const [i, samples] of cases.entries()) {
        expectAgreement(ourFigures(samples), theirs[i] as (number | null)[], asLine(samples));
      }
      // Nearly all cases have a p value of R's to agree with.
      expect(theirs.filter((line) => line.at(-1) !== null).length).toBeGreaterThan(700);
    });

    it("agree on Holm's correction", () => {
      const random = new RandomSequence(3, 'probe');
      const cases = Array.from({ length: 100 }, (_, i) =>
        Array.from({ length: 1 + (i % 7) }, () => Number((random.uniform() ** 3).toFixed(3))),
      );
      const theirs = runR(
        'holm.R',
        cases.map((values) => values.join(' ')),
      );
      for (const [i, values] of cases.entries()) {
        for (const [k, corrected] of holmCorrected(values).entries()) {
          expect(corrected, `${values}`).toBeCloseTo(theirs[i]?.[k] as number, 12);
        }
      }
    });
  });
});
