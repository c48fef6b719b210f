import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { channels } from './channels.ts';
import type { EngineProcess } from './engine.ts';
import { isOwnUrl } from './protocol.ts';

/** Answers the window's calls; a message from any frame but the main one of our own pages is refused. */
export function handleCalls(engine: EngineProcess): void {
  ipcMain.handle(channels.request, (event, call: unknown) => {
    requireOwnWindow(event);
    const { method, params } = requireCall(call);
    return engine.request(method, params);
  });
  ipcMain.handle(channels.connected, (event) => {
    requireOwnWindow(event);
    return engine.connected;
  });
  ipcMain.handle(channels.reconnect, (event) => {
    requireOwnWindow(event);
    engine.startNow();
  });
}

/** Sends to every window that shows our own pages. */
export function broadcast(channel: string, value: unknown): void {
  for (const window of BrowserWindow.getAllWindows()) {
    if (!window.isDestroyed() && isOwnUrl(window.webContents.getURL()))
      window.webContents.send(channel, value);
  }
}

function requireOwnWindow(event: IpcMainInvokeEvent): void {
  const frame = event.senderFrame;
  const own = frame !== null && frame.parent === null && isOwnUrl(frame.url);
  if (!own) throw new Error('This page may not talk to the engine.');
}

function requireCall(call: unknown): { method: string; params: unknown } {
  if (typeof call === 'object' && call !== null && 'method' in call && typeof call.method === 'string') {
    return { method: call.method, params: 'params' in call ? call.params : {} };
  }
  throw new Error('A call names its method.');
}
