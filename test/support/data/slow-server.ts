import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

export interface SlowServer extends AsyncDisposable {
  readonly url: string;
  /** `Range` of every request for a file, in order; undefined where all of it was asked for. */
  readonly ranges: readonly (string | undefined)[];
}

/** Bytes sent at a time, and the pause after them. */
const piece = Buffer.alloc(256 * 1024, 1);
const pause = 50;

/**
 * Serves files of so many bytes, whatever they are called: slowly, and from where they are asked for. A proxy, to who asks
 * it for a file of elsewhere.
 */
export async function slowServer(length: number): Promise<SlowServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      ETag: '"always the same"',
      'Accept-Ranges': 'bytes',
      'Content-Length': length - start,
      ...(start > 0 && { 'Content-Range': `bytes ${start}-${length - 1}/${length}` }),
    });
    for (let at = start; at < length && !response.destroyed; at += piece.length) {
      response.write(piece.subarray(0, Math.min(piece.length, length - at)));
      await setTimeout(pause);
    }
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
