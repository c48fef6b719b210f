import { protocol } from 'electron';
import { readServedFile } from '../core/host/files.ts';
import { contentSecurityPolicy, securityHeaders } from '../core/host/policy.ts';

const scheme = 'app';
const host = 'convolab';

/** The window's first address. */
export const windowUrl = `${scheme}://${host}/`;

/** Whether an address is one of the window's own. */
export function isOwnUrl(address: string): boolean {
  return URL.canParse(address) && address.startsWith(windowUrl);
}

/** Makes `app://` an origin like any other; to be called before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built window at `app://convolab/`, and nothing else. */
export function serveWindowFiles(root: string): void {
  protocol.handle(scheme, async (request) => {
    const url = new URL(request.url);
    const file =
      url.host === host && request.method === 'GET' ? await readServedFile(root, url.pathname) : null;
    if (file === null)
      return new Response('There is no such file.', { status: 404, headers: securityHeaders });
    return new Response(new Uint8Array(file.body), {
      headers: {
        ...securityHeaders,
        'Content-Type': file.type,
        'Content-Security-Policy': contentSecurityPolicy(),
      },
    });
  });
}
