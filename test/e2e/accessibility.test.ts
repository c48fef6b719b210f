import { beforeAll, describe, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { useTheme, violations } from '../support/axe.ts';
import { openPage, stoppedRuns } from '../support/window.ts';

/** Pages, each with words that it shows once it is complete. */
const pages: [string, RegExp][] = [
  ['/experiments', /under way/],
  ['/new', /Work per image/],
  ['/data', /Samples of each class/],
  ['/models', /Work per image/],
  ['/runs', /Export CSV/],
  ['/queue', /Nothing is waiting/],
  ['/trash', /The trash is empty/],
  ['/settings', /Vector instructions/],
];

describeInShells('accessibility', (app) => {
  beforeAll(async () => {
    await openPage(app(), '/experiments');
    await stoppedRuns(app(), 'a name of sixty characters, which is as long as names come to', [1, 2]);
  });

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(() => useTheme(app(), theme));

    test.each(pages)('%s has no violation', async (path, shown) => {
      await openPage(app(), path);
      await app().page.getByText(shown).first().waitFor();
      expect(await violations(app())).toEqual([]);
    });

    test('the palette and the shortcuts have none', async () => {
      const { page } = app();
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      expect(await violations(app())).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      expect(await violations(app())).toEqual([]);
      await page.keyboard.press('Escape');
    });
  });
});
