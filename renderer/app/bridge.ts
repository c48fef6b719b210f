import type { Bridge } from '../../core/contract/bridge.ts';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { PreloadWire } from '../../core/contract/wire.ts';
import { createSocketBridge } from './socket.ts';

declare global {
  interface Window {
    /** Present under Electron only; put there by its preload script. */
    convolab?: PreloadWire;
  }
}

/** Electron's bridge, with errors made into exceptions again. */
function wrapPreload(preload: PreloadWire): Bridge {
  return {
    shell: preload.shell,
    async call(method, params) {
      const reply = await preload.request(method, params);
      if ('error' in reply) throw ConvolabError.fromJSON(reply.error);
      // The engine answers by the contract's table, which the two sides share.
      return reply.result as never;
    },
    subscribe: (listener) => preload.subscribe(listener),
    onConnection: (listener) => preload.onConnection(listener),
    reconnect: () => preload.reconnect(),
    pathOf: (file) => preload.pathOf(file) || null,
  };
}

let bridge: Bridge | undefined;

/** The window's one connection to the engine. Only stores use it. */
export function useBridge(): Bridge {
  bridge ??= window.convolab ? wrapPreload(window.convolab) : createSocketBridge(window.location);
  return bridge;
}

/** Puts another bridge in its place, so that stores can be tried against a real engine without a window. */
export function provideBridge(other: Bridge): void {
  bridge = other;
}
