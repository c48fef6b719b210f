import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { App } from './app.ts';

const axe = createRequire(import.meta.url).resolve('axe-core');

interface Violation {
  id: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/**
 * What axe-core finds wrong in the page as it stands: rule, element and reason. It runs through the debugger, which the
 * content security policy does not bind.
 */
export async function violations({ page }: Pick<App, 'page'>): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: readFileSync(axe, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((report) => report.violations)',
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return (result.value as Violation[]).flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${String(node.target)}: ${node.failureSummary ?? ''}`),
  );
}

/** Lets the window follow a system of the given theme, at once: amid a change of colours, none has the contrast that it ends with. */
export async function useTheme({ page }: App, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
}
