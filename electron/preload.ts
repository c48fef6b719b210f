import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { EngineEvent } from '../core/contract/events.ts';
import type { PreloadWire } from '../core/contract/wire.ts';
import { channels } from './channels.ts';

/** Listens on a channel without ever handing Electron's event object, and with it the sender, to the page. */
function listen<T>(channel: string, listener: (value: T) => void): () => void {
  const handler = (_event: IpcRendererEvent, value: T) => listener(value);
  ipcRenderer.on(channel, handler);
  return () => ipcRenderer.removeListener(channel, handler);
}

const wire: PreloadWire = {
  shell: 'electron',
  request: (method, params) => ipcRenderer.invoke(channels.request, { method, params }),
  subscribe: (listener) => listen<EngineEvent[]>(channels.events, listener),
  onConnection(listener) {
    void ipcRenderer.invoke(channels.connected).then(listener);
    return listen<boolean>(channels.connection, listener);
  },
  reconnect: () => void ipcRenderer.invoke(channels.reconnect),
  pathOf: (file) => webUtils.getPathForFile(file as File),
};

contextBridge.exposeInMainWorld('convolab', wire);
