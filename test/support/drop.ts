import type { Locator, Page } from 'playwright-core';

/** A part of the window that files are dragged over before they are dropped, and what to look at while they are held there. */
interface Halt {
  readonly over: Locator;
  look(): Promise<unknown>;
}

/** Drops files or folders of this machine on the window, or on the middle of a part of it, as the system's file manager does. */
export async function dropOnWindow(
  page: Page,
  paths: readonly string[],
  part?: Locator,
  halts: readonly Halt[] = [],
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop', over?: Locator) =>
    session.send('Input.dispatchDragEvent', { type, ...(await middleOf(page, over)), data });
  for (const { over, look } of halts) {
    await send('dragEnter', over);
    await send('dragOver', over);
    await look();
  }
  await send('dragEnter', part);
  await send('dragOver', part);
  await send('drop', part);
  await session.detach();
}

async function middleOf(page: Page, part?: Locator): Promise<{ x: number; y: number }> {
  const whole = { x: 0, y: 0, ...(page.viewportSize() ?? { width: 800, height: 600 }) };
  const box = (await part?.boundingBox()) ?? whole;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
