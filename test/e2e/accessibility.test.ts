import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeInShells } from '../support/app.ts';
import { openPage, stoppedRuns } from '../support/window.ts';

const axe = createRequire(import.meta.url).resolve('axe-core');

interface Violation {
  id: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** Pages, each with words that it shows once it is complete. */
const pages: [string, RegExp][] = [
  ['/experiments', /under way/],
  ['/new', /Work per image/],
  ['/data', /Samples of each class/],
  ['/models', /Work per image/],
  ['/queue', /Nothing is waiting/],
  ['/settings', /Vector instructions/],
];

describeInShells('accessibility', (app) => {
  beforeAll(async () => {
    await openPage(app(), '/experiments');
    await stoppedRuns(app(), 'a name of sixty characters, which is as long as names come to', [1, 2]);
  });

  /** Runs in the page through the debugger, which the content security policy does not bind. */
  async function violations(): Promise<string[]> {
    const { page } = app();
    const session = await page.context().newCDPSession(page);
    const { readFileSync } = await import('node:fs');
    await session.send('Runtime.evaluate', { expression: readFileSync(axe, 'utf8') });
    const { result } = await session.send('Runtime.evaluate', {
      expression: 'axe.run().then((report) => report.violations)',
      awaitPromise: true,
      returnByValue: true,
    });
    return (result.value as Violation[]).flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${String(node.target)}: ${node.failureSummary ?? ''}`),
    );
  }

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(async () => {
      await app().page.emulateMedia({ colorScheme: theme });
      await app().page.waitForFunction((name) => document.documentElement.dataset.theme === name, theme);
    });

    test.each(pages)('%s has no violation', async (path, shown) => {
      await openPage(app(), path);
      await app().page.getByText(shown).first().waitFor();
      expect(await violations()).toEqual([]);
    });

    test('the palette and the shortcuts have none', async () => {
      const { page } = app();
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      expect(await violations()).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await violations()).toEqual([]);
      await page.keyboard.press('Escape');
    });
  });
});
