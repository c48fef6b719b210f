import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BrowserWindow, type Rectangle, screen } from 'electron';

export interface WindowState {
  bounds: Partial<Rectangle> & { width: number; height: number };
  maximized: boolean;
}

const firstState: WindowState = { bounds: { width: 1440, height: 900 }, maximized: false };

/** Where the window was last; the default where nothing is kept, or where no screen would show it. */
export function readWindowState(file: string): WindowState {
  try {
    const { bounds, maximized } = JSON.parse(readFileSync(file, 'utf8'));
    const whole = [bounds.x, bounds.y, bounds.width, bounds.height].every(Number.isInteger);
    return whole && isVisible(bounds) ? { bounds, maximized: maximized === true } : firstState;
  } catch {
    return firstState;
  }
}

/** Keeps where a window is; its place before it was maximized counts. */
export function writeWindowState(file: string, window: BrowserWindow): void {
  const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(state));
  } catch {
    // A window that opens at its default place next time is no reason to disturb anybody.
  }
}

/** Whether enough of a window's title bar lies on some screen to take hold of it. */
function isVisible({ x, y, width }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const overlap = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    return overlap >= 100 && y >= workArea.y && y < workArea.y + workArea.height - 30;
  });
}
