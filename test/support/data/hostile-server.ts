import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** What a server does with one request. */
export type Behaviour =
  | 'serve'
  /** Takes its time. */
  | 'slow'
  /** Ends the connection after some bytes. */
  | 'cut'
  /** Sends some bytes, then nothing more. */
  | 'stall'
  /** Changes a byte. */
  | 'corrupt'
  /** Sends all of the file, whatever was asked for. */
  | 'ignore-range'
  /** Sends another range than asked for. */
  | 'wrong-range'
  /** Announces more than it sends. */
  | 'announce-more'
  /** Announces less than it sends. */
  | 'announce-less'
  /** Sends a file of the same length with another content. */
  | 'another-file'
  /** Sends less, and ends as if that were all. */
  | 'short-file'
  /** Sends the file elsewhere, by way of others. */
  | 'redirect'
  | 'redirect-forever'
  | 'missing'
  | 'overloaded'
  | 'refuse';

export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** What came of the requests, in order. */
  readonly seen: readonly { behaviour: Behaviour; range: string | undefined; proxied: boolean }[];
}

/**
 * Serves one file on this machine and misbehaves as it is told, request by request.
 * @param behaviourOf the nth request that is no redirect
 * @param at a place in the file, for behaviours that need one
 */
export async function hostileServer(
  file: Buffer,
  behaviourOf: (request: number) => Behaviour,
  at: (request: number) => number = () => file.length >> 1,
): Promise<HostileServer> {
  const seen: { behaviour: Behaviour; range: string | undefined; proxied: boolean }[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('elsewhere')) {
      serve(request, response, file);
      return;
    }
    const number = requests++;
    const behaviour = behaviourOf(number);
    const proxied = request.url?.startsWith('http') ?? false;
    seen.push({ behaviour, range: request.headers.range, proxied });
    behaviours[behaviour]({ request, response, file, at: at(number) });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: Buffer;
  readonly at: number;
}

const behaviours: Readonly<Record<Behaviour, (exchange: Exchange) => void>> = {
  serve: ({ request, response, file }) => serve(request, response, file),
  slow: ({ request, response, file }) =>
    serve(request, response, file, (body) => void trickle(response, body)),
  cut: ({ request, response, file, at }) =>
    serve(request, response, file, (body) => {
      response.write(body.subarray(0, Math.min(at, body.length - 1)), () => response.destroy());
    }),
  stall: ({ request, response, file, at }) =>
    serve(request, response, file, (body) => {
      response.write(body.subarray(0, Math.min(at, body.length - 1)));
    }),
  corrupt({ request, response, file, at }) {
    const bad = Buffer.from(file);
    bad[at % file.length] = (bad[at % file.length] as number) ^ 1;
    serve(request, response, bad);
  },
  'another-file': ({ request, response, file }) => serve(request, response, Buffer.alloc(file.length, 7)),
  'ignore-range'({ request, response, file }) {
    request.headers.range = undefined;
    serve(request, response, file);
  },
  'wrong-range'({ response, file, at }) {
    const start = Math.min(file.length - 1, at);
    response.writeHead(206, {
      'Content-Range': `bytes ${start}-${file.length - 1}/${file.length}`,
      'Content-Length': file.length - start,
    });
    response.end(file.subarray(start));
  },
  'announce-more'({ response, file, at }) {
    response.writeHead(200, { 'Content-Length': file.length + 1 + at });
    response.write(file, () => response.destroy());
  },
  'announce-less'({ response, file, at }) {
    // Node's own server would not do it.
    const length = Math.max(1, file.length - 1 - at);
    response.socket?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
    response.socket?.end(file);
  },
  'short-file'({ response, file, at }) {
    response.writeHead(200, { 'Transfer-Encoding': 'chunked' });
    response.end(file.subarray(0, at));
  },
  redirect({ response }) {
    response.writeHead(302, { Location: '/elsewhere' }).end();
  },
  'redirect-forever'({ response }) {
    response.writeHead(301, { Location: '/again' }).end();
  },
  missing({ response }) {
    response.writeHead(404).end('<html>not here</html>');
  },
  overloaded({ response }) {
    response.writeHead(503, { 'Retry-After': '0' }).end();
  },
  refuse({ response }) {
    response.destroy();
  },
};

/** In pieces, with pauses. */
async function trickle(response: ServerResponse, body: Buffer): Promise<void> {
  const piece = Math.ceil(body.length / 16);
  for (let at = 0; at < body.length; at += piece) {
    response.write(body.subarray(at, at + piece));
    await setTimeout(10);
  }
  response.end();
}

/** A well-behaved answer, with ranges and a validator. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
  send: (body: Buffer) => void = (body) => void response.end(body),
): void {
  const etag = `"${file.length}-${file[0]}-${file.at(-1)}"`;
  const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const condition = request.headers['if-range'];
  const start = first !== undefined && (condition === undefined || condition === etag) ? Number(first) : 0;
  if (start >= file.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${file.length}` }).end();
    return;
  }
  response.writeHead(start > 0 ? 206 : 200, {
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Content-Length': file.length - start,
    ...(start > 0 && { 'Content-Range': `bytes ${start}-${file.length - 1}/${file.length}` }),
  });
  send(file.subarray(start));
}
