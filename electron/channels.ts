/** Names of the few messages between Electron's main process and the window's preload script. */
export const channels = {
  /** invoke: `{ method, params }` to `Reply`. */
  request: 'convolab:request',
  /** send to the window: `EngineEvent[]`. */
  events: 'convolab:events',
  /** send to the window: whether the engine can be reached. */
  connection: 'convolab:connection',
  /** invoke: the present state of the connection. */
  connected: 'convolab:connected',
  /** invoke: starts an engine that is not there, at once. */
  reconnect: 'convolab:reconnect',
} as const;
