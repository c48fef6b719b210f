import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConvolabError } from '../contract/errors.ts';

/** Where the host listens when nobody says otherwise. */
export const defaultPort = 7467;
/** Ports after the default one that are tried when it is taken. */
const portAttempts = 20;

/**
 * Opens the server on 127.0.0.1 and gives its port.
 * @param requested a port the user asked for, taken or refused; 0 is any free one; without it the first free one from
 *   `defaultPort` on
 * @throws ConvolabError `port.in-use`, or `argument.invalid` for a port that may not be opened
 */
export async function listen(server: Server, requested: number | undefined): Promise<number> {
  const first = requested ?? defaultPort;
  const last = requested === undefined ? defaultPort + portAttempts : first;
  for (let port = first; port <= last; port++) {
    if (await tryPort(server, port)) return (server.address() as AddressInfo).port;
  }
  throw new ConvolabError('port.in-use', `Port ${first} is in use by another program.`, {
    subject: String(first),
    hint: 'Choose another with --port, or --port 0 for any free one.',
  });
}

/** True when listening; false when the port is taken. */
function tryPort(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(refused(port, error));
    };
    const listening = () => {
      server.off('error', failed);
      resolve(true);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host: '127.0.0.1', port });
  });
}

function refused(port: number, cause: Error): ConvolabError {
  const message = `Port ${port} cannot be opened: ${cause.message}.`;
  const hint = 'Choose one from 1024 to 65535 with --port, or --port 0 for any free one.';
  return new ConvolabError('argument.invalid', message, { subject: String(port), hint }, { cause });
}
