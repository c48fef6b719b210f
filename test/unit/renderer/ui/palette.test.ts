import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runColours, runStyle, type Theme } from '../../../../renderer/ui/palette.ts';
import { contrast, distance, visions } from './colour.ts';

const css = readFileSync('renderer/ui/tokens.css', 'utf8');

/** The colours of one theme, by token. */
function tokens(theme: Theme): Record<string, string> {
  const start = css.indexOf(`:root[data-theme="${theme}"]`);
  const block = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, key, value]) => [key, value]),
  );
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colours = runColours[theme];
  const token = tokens(theme);

  test.each(Object.keys(visions) as (keyof typeof visions)[])(
    'any two run colours differ with %s',
    (vision) => {
      const pairs = colours.flatMap((a, index) =>
        colours.slice(index + 1).map((b) => distance(a, b, vision)),
      );
      expect(Math.min(...pairs)).toBeGreaterThan(0.06);
    },
  );

  test.each(['surface-0', 'surface-1', 'surface-2', 'surface-3'])(
    'run colours stand out on %s',
    (surface) => {
      for (const colour of colours) expect(contrast(colour, token[surface]!)).toBeGreaterThan(3);
    },
  );

  test.each(['text', 'text-2', 'text-3', 'danger', 'warning', 'accent'])(
    '%s can be read on every surface it is used on',
    (name) => {
      for (const surface of ['surface-0', 'surface-1', 'surface-2', 'overlay']) {
        expect(contrast(token[name]!, token[surface]!)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test('the words on an accent button, and notes on their own ground, can be read', () => {
    expect(contrast(token['on-accent']!, token.accent!)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token.warning!, token['warning-soft']!)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token.danger!, token['danger-soft']!)).toBeGreaterThanOrEqual(4.5);
  });

  test('borders of fields stand out on their surface', () => {
    expect(contrast(token['hairline-strong']!, token['surface-1']!)).toBeGreaterThanOrEqual(3);
  });
});

test('the eleventh run has the first colour, dashed', () => {
  expect(runStyle(10, 'dark')).toEqual({ colour: runColours.dark[0], dashed: true });
  expect(runStyle(9, 'dark')).toEqual({ colour: runColours.dark[9], dashed: false });
});
