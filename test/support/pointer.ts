import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Points at a place of a picture until something is seen: a page that still settles may move away from the pointer. */
export async function hoverUntil(picture: Locator, position: Place, seen: Locator): Promise<void> {
  await expect
    .poll(async () => {
      await picture.hover({ position });
      return seen.count();
    })
    .toBeGreaterThan(0);
}

/** Where something lies once it rests: what comes into view above it pushes it on. */
export async function restingBox(of: Locator): Promise<Place & { width: number; height: number }> {
  let before = '';
  let box = null as Awaited<ReturnType<Locator['boundingBox']>>;
  await expect
    .poll(
      async () => {
        const last = before;
        box = await of.boundingBox();
        before = JSON.stringify(box);
        return box !== null && before === last;
      },
      { interval: 200 },
    )
    .toBe(true);
  return box as unknown as Place & { width: number; height: number };
}
