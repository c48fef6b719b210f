import type { IncomingHttpHeaders } from 'node:http';

/**
 * What the window may load and do, in both shells: its own files and nothing else. Style attributes are allowed because
 * chart tooltips are written as HTML with inline styles; style elements and every inline script stay refused.
 * @param style where style sheets come from: for a page that carries its own, the hash of it
 */
export function contentSecurityPolicy(connect: readonly string[] = ["'self'"], style = "'self'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${style}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${connect.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers of every answer, beyond its type. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a request names this machine in its `Host` header. A name that somebody else's server points at 127.0.0.1
 * (DNS rebinding) is refused; any port is fine, so that a tunnel from another machine works.
 */
export function hostAllowed(host: string | undefined): boolean {
  if (host === undefined || !/^[\w.[\]:-]+$/.test(host)) return false;
  try {
    return loopbackNames.has(new URL(`http://${host}`).hostname);
  } catch {
    return false;
  }
}

/** Whether a request comes from this host's own pages: its `Origin` is the very host it asks. */
export function originAllowed(headers: IncomingHttpHeaders): boolean {
  return headers.host !== undefined && headers.origin === `http://${headers.host}`;
}
