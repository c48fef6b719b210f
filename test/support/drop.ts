import type { Locator, Page } from 'playwright-core';

/** Drops files or folders of this machine on the window, or on the middle of a part of it, as the system's file manager does. */
export async function dropOnWindow(page: Page, paths: readonly string[], part?: Locator): Promise<void> {
  const whole = { x: 0, y: 0, ...(page.viewportSize() ?? { width: 800, height: 600 }) };
  const box = (await part?.boundingBox()) ?? whole;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await session.detach();
}
