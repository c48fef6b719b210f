import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { MethodName, Params, Result } from '../../../core/contract/methods.ts';
import { callInPage } from '../../support/app.ts';
import { launchBrowser } from '../../support/browser.ts';
import { type HostProcess, startHostProcess } from '../../support/host.ts';
import { type Condition, installProbes } from './probes.ts';

/** Milliseconds after which a measure is given up. */
const patienceMs = 120_000;

/** The workbench on a data folder, in a real browser. */
export class Session implements AsyncDisposable {
  readonly host: HostProcess;
  readonly page: Page;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  private constructor(host: HostProcess, browser: Browser, context: BrowserContext, page: Page) {
    this.host = host;
    this.#browser = browser;
    this.#context = context;
    this.page = page;
  }

  static async open(home: string): Promise<Session> {
    const host = await startHostProcess(home);
    const browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(installProbes);
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(host.url);
    await page.getByRole('navigation', { name: 'Activities' }).waitFor();
    return new Session(host, browser, context, page);
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return callInPage(this.page, method, params);
  }

  /**
   * A window opened anew on one of its addresses. Resolves with the milliseconds from the first request for it until, at a frame,
   * the condition holds.
   */
  async open(hash: string, until: Condition): Promise<number> {
    const page = await this.#context.newPage();
    await page.goto(`${this.host.origin}/#${hash}`, { waitUntil: 'commit' });
    const milliseconds = await waitInPage(page, until);
    await page.close();
    return milliseconds;
  }

  /** Another page of the window that is open; milliseconds until the condition holds. */
  async go(hash: string, until: Condition): Promise<number> {
    const begin = await this.page.evaluate((to) => {
      location.hash = to;
      return performance.now();
    }, hash);
    return (await waitInPage(this.page, until)) - begin;
  }

  /** The comparison of these runs, each a line of its own, with the curves of training beside the others. */
  async compare(runs: readonly string[]): Promise<void> {
    await this.go(`/compare?runs=${runs.join(',')}&group=runs`, 'page');
    const box = this.page.getByRole('group', { name: 'Lines' }).getByRole('checkbox').first();
    if (!(await box.isChecked())) await box.click();
    await this.go(new URL(this.page.url()).hash.slice(1), 'curve');
  }

  /**
   * A page that is no window, to ask the engine from. It has a browser window of its own: a second tab would put the measured page
   * into the background, where a browser draws one frame a second.
   */
  async bystander(): Promise<Page> {
    const storageState = await this.#context.storageState();
    const context = await this.#browser.newContext({ storageState });
    const page = await context.newPage();
    await page.goto(`${this.host.origin}/icon.svg`);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.host.interrupt();
  }
}

/** Milliseconds since the page was asked for, at the first frame at which it holds; an error after two minutes. */
function waitInPage(page: Page, until: Condition): Promise<number> {
  return page.evaluate(
    async ([condition, patience]) => {
      const latest = performance.now() + patience;
      while (!window.probes.is(condition)) {
        if (performance.now() > latest) throw new Error(`"${condition}" never came to hold.`);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return performance.now();
    },
    [until, patienceMs] as const,
  );
}

/** Bytes of the page's script heap, after everything that is of no use was given back. */
export async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
