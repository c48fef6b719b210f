import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { EngineStatus } from '../../core/contract/events.ts';
import type { AppInfo, Device } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';

/** What the status bar tells: the connection, and the engine's own figures while there is one. */
export const useStatusStore = defineStore('status', () => {
  const connection = ref<'connecting' | 'connected' | 'lost'>('connecting');
  /**
   * Why the engine does not answer, as long as somebody has to do something about it: its data folder cannot be opened, or
   * the host does not know this window any more. A connection that is merely lost returns by itself.
   */
  const failure = shallowRef<ConvolabError | null>(null);
  /** null until the engine has said something, and again while the connection is lost. */
  const engine = shallowRef<EngineStatus | null>(null);
  const app = shallowRef<AppInfo | null>(null);
  const devices = shallowRef<Device[] | null>(null);

  function setConnected(connected: boolean): void {
    connection.value = connected ? 'connected' : 'lost';
    if (!connected) engine.value = null;
  }

  async function load(): Promise<void> {
    const bridge = useBridge();
    try {
      [app.value, devices.value] = await Promise.all([
        bridge.call('app.info', {}),
        bridge.call('devices.list', {}),
      ]);
      connection.value = 'connected';
      failure.value = null;
    } catch (thrown) {
      const error = ConvolabError.from(thrown);
      if (error.code !== 'engine.unavailable') failure.value = error;
    }
  }

  return { connection, failure, engine, app, devices, setConnected, load };
});
