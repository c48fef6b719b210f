import { once } from 'node:events';
import { createServer } from 'node:net';

/** No system gives these to who asks for any port, so that one that was freed is not another's a moment later. */
const [lowest, highest] = [20_000, 32_000];

/** A port of this machine that nobody listens on, to be opened, closed and opened again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listening) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
