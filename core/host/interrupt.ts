/** Milliseconds in which signals count as one key press: a terminal and npm each pass Ctrl-C on. */
const samePress = 300;

/**
 * Ctrl-C, a closed terminal, a request to end or the loss of the process that started this one: the first calls
 * `first`, once; a later press calls `again`. Signals that arrive together are one press.
 */
export function onInterrupt(first: () => void, again: () => void): void {
  let pressed: number | null = null;
  const press = () => {
    const now = performance.now();
    const previous = pressed;
    pressed = now;
    if (previous === null) first();
    else if (now - previous > samePress) again();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, press);
  process.once('disconnect', press);
  // Listening holds the channel open; it must not keep a program alive that has done its work.
  process.channel?.unref();
}
