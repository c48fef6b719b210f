import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** Why a server could not be used just now; `lasting` where asking it again would not help. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly lasting: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    options: { lasting: boolean; retryAfter?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.lasting = options.lasting;
    this.retryAfter = options.retryAfter;
  }
}

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly idle: number;
}

const mostRedirects = 5;
/** Longest wait that a server's Retry-After is granted. */
const longestWait = 10_000;

/** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case, as every other program on the machine reads them. */
const agents = {
  'http:': new http.Agent({ proxyEnv: process.env }),
  'https:': new https.Agent({ proxyEnv: process.env }),
};

/**
 * Asks for a file and follows redirects. The answer is 200, 206 or 416; its body is unread.
 * @throws `RequestFailure`; the signal's reason
 */
export async function get(url: string, options: GetOptions): Promise<IncomingMessage> {
  let current = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await once(current, options);
    const status = response.statusCode ?? 0;
    if (status < 300 || status >= 400) return accepted(response, status, current);
    response.destroy();
    current = redirected(current, response.headers.location);
  }
  throw new RequestFailure(`${url} redirects more than ${mostRedirects} times`, { lasting: true });
}

function redirected(from: URL, location: string | undefined): URL {
  const to = URL.parse(location ?? '', from.href);
  if (to === null || !(to.protocol in agents)) {
    throw new RequestFailure(`${from.host} redirects to nowhere`, { lasting: true });
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new RequestFailure(`${from.host} redirects from https to http`, { lasting: true });
  }
  return to;
}

function accepted(response: IncomingMessage, status: number, url: URL): IncomingMessage {
  const encoding = response.headers['content-encoding'];
  if ([200, 206, 416].includes(status) && (encoding === undefined || encoding === 'identity'))
    return response;
  response.destroy();
  if (status === 200 || status === 206) {
    throw new RequestFailure(`${url.host} sends the file packed as ${encoding}`, { lasting: true });
  }
  const passing = status === 408 || status === 429 || status >= 500;
  throw new RequestFailure(`${url.host} answers ${status} ${response.statusMessage ?? ''}`.trim(), {
    lasting: !passing,
    retryAfter: waitOf(response.headers['retry-after']),
  });
}

function waitOf(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && seconds >= 0 ? Math.min(longestWait, seconds * 1000) : undefined;
}

/** Errors of a connection that another try will not mend. */
const hopeless = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED']);

function once(url: URL, { headers, signal, idle }: GetOptions): Promise<IncomingMessage> {
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.get(url, {
      agent: agents[url.protocol as keyof typeof agents],
      headers: { 'User-Agent': 'convolab', 'Accept-Encoding': 'identity', ...headers },
      timeout: idle,
      ...(signal && { signal }),
    });
    let response: IncomingMessage | undefined;
    request.on('timeout', () => {
      const failure = new RequestFailure(stalled(url, idle), { lasting: false });
      // A request that is destroyed tells its answer only that the connection is gone.
      (response ?? request).destroy(failure);
    });
    request.on('response', (answer) => {
      response = answer;
      resolve(answer);
    });
    request.on('error', (cause) => reject(signal?.aborted ? signal.reason : connectionFailure(url, cause)));
  });
}

function stalled(url: URL, idle: number): string {
  return `${url.host} sent nothing for ${Math.round(idle / 1000)} s`;
}

/** Where a connection was refused, in words: by the proxy, where it is the one that was called. */
function refusal(url: URL, cause: unknown): string | undefined {
  const { code, address, port } = cause as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== 'ECONNREFUSED') return undefined;
  const proxy = proxyFor(url);
  const ofProxy = proxy !== undefined && Number(URL.parse(proxy)?.port || 80) === port;
  return `${ofProxy ? `the proxy ${proxy}` : `${address}:${port}`} refuses connections`;
}

function proxyFor({ protocol }: URL): string | undefined {
  const name = `${protocol.slice(0, -1)}_proxy`;
  return process.env[name] || process.env[name.toUpperCase()];
}

/** What an error of a connection comes to; a `RequestFailure` is one already. */
export function connectionFailure(url: URL, cause: unknown): RequestFailure {
  if (cause instanceof RequestFailure) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const unresolved = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  const fact = unresolved
    ? 'nobody knows its address (is there a network?)'
    : refusal(url, cause) || message || code;
  return new RequestFailure(`${url.host}: ${fact || 'the connection broke'}`, {
    lasting: code !== undefined && hopeless.has(code),
    cause,
  });
}
