import { BrowserWindow } from 'electron';
import { preloadScript, windowStateFile } from './paths.ts';
import { windowUrl } from './protocol.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

/** Opens the window where it was last; it has no rights but its preload script's few functions. */
export function openWindow(): BrowserWindow {
  const { bounds, maximized } = readWindowState(windowStateFile());
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    title: 'Convolab',
    show: false,
    webPreferences: {
      preload: preloadScript(),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeWindowState(windowStateFile(), window));
  void window.loadURL(windowUrl);
  return window;
}

/** Brings the window to the front, or opens it again after it was closed. */
export function showWindow(open: () => BrowserWindow): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) {
    open();
    return;
  }
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
