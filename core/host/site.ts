import type { IncomingMessage } from 'node:http';
import { readServedFile } from './files.ts';
import { notBuiltPage, openedPage, pageStyle, unauthorizedPage } from './pages.ts';
import { contentSecurityPolicy, hostAllowed, originAllowed, securityHeaders } from './policy.ts';
import type { Sessions } from './session.ts';

/** What goes back for one request. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/**
 * Answers a browser: the exchange of the one-time token at `/open`, and with a session the files of the built window.
 * @param root folder of the built window
 */
export async function answerRequest(
  request: IncomingMessage,
  sessions: Sessions,
  root: string,
): Promise<Answer> {
  const { headers, method } = request;
  if (!hostAllowed(headers.host)) return text(403, 'This name does not belong to this machine.');
  if (headers.origin !== undefined && !originAllowed(headers)) {
    return text(403, 'Another site may not ask this.');
  }
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET and HEAD.');
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  if (path === '/open') return exchangeToken(request, sessions, new URLSearchParams(query).get('token'));
  if (!sessions.accepts(headers.cookie)) return html(401, unauthorizedPage);
  const file = await readServedFile(root, path);
  if (file === null) return path === '/' ? html(503, notBuiltPage) : text(404, 'There is no such file.');
  const cache = file.immutable ? 'private, max-age=31536000, immutable' : 'no-store';
  const policy = contentSecurityPolicy(["'self'", `ws://${headers.host}`]);
  return {
    status: 200,
    headers: {
      ...baseHeaders(file.type),
      'Cache-Control': cache,
      'Content-Security-Policy': policy,
    },
    body: file.body,
  };
}

function exchangeToken(request: IncomingMessage, sessions: Sessions, token: string | null): Answer {
  // A browser that only looks ahead must not use the token up.
  const lookingAhead = request.headers['sec-purpose'] !== undefined || request.method === 'HEAD';
  if (lookingAhead) return text(503, 'Only a visit opens the workbench.');
  const cookie = token === null ? null : sessions.redeem(token);
  if (cookie === null) {
    // A used address still leads a browser that has a session to the window: "back" works.
    return sessions.accepts(request.headers.cookie) ? html(200, openedPage) : html(401, unauthorizedPage);
  }
  // A page rather than a redirect: the next request then starts on this site, and the strict cookie goes with it.
  const opened = html(200, openedPage);
  return { ...opened, headers: { ...opened.headers, 'Set-Cookie': cookie } };
}

function baseHeaders(type: string): Record<string, string> {
  return {
    ...securityHeaders,
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy(["'none'"], pageStyle),
  };
}

const html = (status: number, body: string): Answer => ({
  status,
  headers: baseHeaders('text/html; charset=utf-8'),
  body,
});

const text = (status: number, message: string): Answer => ({
  status,
  headers: baseHeaders('text/plain; charset=utf-8'),
  body: `${message}\n`,
});
